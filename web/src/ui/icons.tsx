// The pictures on the buttons, 24 by 24. Their words are in the buttons' labels.

const kPaths = {
  play: 'M8 5v14l11-7z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  sound: 'M4 9v6h4l5 5V4L8 9zM16 8a5 5 0 0 1 0 8zM16 3.5a9 9 0 0 1 0 17v-2.2a7 7 0 0 0 0-12.6z',
  silence: 'M4 9v6h4l5 5V4L8 9zM15.5 8.5l7 7-1.4 1.4-7-7zM22.5 9.9l-7 7-1.4-1.4 7-7z',
  subtitles: 'M3 5h18v14H3zM6 11v2h5v-2zM13 11v2h5v-2zM6 15v2h8v-2zM16 15v2h2v-2z',
  quality: 'M4 7h9v2H4zM17 7h3v2h-3zM14 5h2v6h-2zM4 15h3v2H4zM11 15h9v2h-9zM8 13h2v6H8z',
  fullscreen: 'M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z',
  shrink: 'M8 4h2v6H4V8h4zM14 4h2v4h4v2h-6zM4 14h6v6H8v-4H4zM14 14h6v2h-4v4h-2z',
  pip: 'M3 5h18v14H3zM5 7v10h14V7zM12 11h6v5h-6z',
  restart: 'M5 5h2v14H5zM19 5v14L8 12z',
  help: 'M11 18h2v-2h-2zM12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 18a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 6a4 4 0 0 0-4 4h2a2 2 0 1 1 3.2 1.6C11.9 12.5 11 13.1 11 15h2c0-1.3 1-1.7 2-2.7A4 4 0 0 0 12 6z',
  close: 'M6.4 5L12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z',
  up: 'M12 5l7 7-1.4 1.4-4.6-4.6V20h-2V8.8l-4.6 4.6L5 12z',
  down: 'M12 19l-7-7 1.4-1.4 4.6 4.6V4h2v11.2l4.6-4.6L19 12z',
  left: 'M15.4 5L17 6.4 11.3 12l5.7 5.6-1.6 1.4-7-7z',
  right: 'M8.6 5L7 6.4l5.7 5.6L7 17.6 8.6 19l7-7z',
  cut: 'M6 3a3 3 0 1 0 1.8 5.4L10.6 12l-2.8 3.6A3 3 0 1 0 9.4 17l2.6-3.3 2.6 3.3A3 3 0 1 0 16.2 15.6L13.4 12l2.8-3.6A3 3 0 1 0 14.6 7L12 10.3 9.4 7A3 3 0 0 0 6 3zm0 2a1 1 0 1 1 0 2 1 1 0 0 1 0-2zm12 0a1 1 0 1 1 0 2 1 1 0 0 1 0-2zM6 17a1 1 0 1 1 0 2 1 1 0 0 1 0-2zm12 0a1 1 0 1 1 0 2 1 1 0 0 1 0-2z',
  add: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z',
  language: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm6.9 6h-3a15 15 0 0 0-1.4-3.6A8 8 0 0 1 18.9 8zM12 4c.8 1.2 1.5 2.5 1.9 4h-3.8C10.5 6.5 11.2 5.2 12 4zM4.3 14a8 8 0 0 1 0-4h3.3a17 17 0 0 0 0 4zm.8 2h3a15 15 0 0 0 1.4 3.6A8 8 0 0 1 5.1 16zm3-8h-3a8 8 0 0 1 4.3-3.6A15 15 0 0 0 8.1 8zM12 20c-.8-1.2-1.5-2.5-1.9-4h3.8c-.4 1.5-1.1 2.8-1.9 4zm2.3-6H9.7a15 15 0 0 1 0-4h4.6a15 15 0 0 1 0 4zm.2 5.6a15 15 0 0 0 1.4-3.6h3a8 8 0 0 1-4.4 3.6zM16.4 14a17 17 0 0 0 0-4h3.3a8 8 0 0 1 0 4z',
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" fill="currentColor" fill-rule="evenodd" aria-hidden="true">
      <path d={kPaths[name]} />
    </svg>
  );
}
