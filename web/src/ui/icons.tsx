// The pictures on the buttons, 24 by 24. Their words are in the buttons' labels.

const kPaths = {
  play: 'M8 5v14l11-7z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  sound: 'M4 9v6h4l5 5V4L8 9zM16 8a5 5 0 0 1 0 8zM16 3.5a9 9 0 0 1 0 17v-2.2a7 7 0 0 0 0-12.6z',
  silence: 'M4 9v6h4l5 5V4L8 9zM15.5 8.5l7 7-1.4 1.4-7-7zM22.5 9.9l-7 7-1.4-1.4 7-7z',
  subtitles: 'M3 5h18v14H3zM6 11v2h5v-2zM13 11v2h5v-2zM6 15v2h8v-2zM16 15v2h2v-2z',
  quality: 'M4 7h9v2H4zM17 7h3v2h-3zM14 5h2v6h-2zM4 15h3v2H4zM11 15h9v2h-9zM8 13h2v6H8z',
  fullscreen: 'M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z',
} as const;

export function Icon({ name }: { name: keyof typeof kPaths }) {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" fill="currentColor" fill-rule="evenodd" aria-hidden="true">
      <path d={kPaths[name]} />
    </svg>
  );
}
