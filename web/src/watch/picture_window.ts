// A window of the picture's own that stays above all others, with subtitles and controls. A browser's picture in
// picture shows the bare video; Chromium can also give a page such a window to draw in (Document Picture-in-Picture).

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

declare global {
  interface Window {
    readonly documentPictureInPicture?: {
      requestWindow(size: { readonly width: number; readonly height: number }): Promise<Window>;
    };
  }
}

const kWidth = 640; // pixels, where the picture is not smaller

export interface PictureWindow {
  /** Where the box stands in the page. */
  readonly place: { current: HTMLDivElement | null };
  /** What moves between page and window: the picture is rendered into it. */
  readonly box: HTMLElement;
  /** null while the picture is in the page. */
  readonly opened: Window | null;
  readonly open: () => void;
  readonly close: () => void;
}

export const hasPictureWindow = (): boolean => window.documentPictureInPicture !== undefined;

export function usePictureWindow(): PictureWindow {
  const place = useRef<HTMLDivElement>(null);
  const [box] = useState(() => {
    const element = document.createElement('div');
    element.className = 'picture-box';
    return element;
  });
  const [opened, setOpened] = useState<Window | null>(null);
  useLayoutEffect(() => place.current?.append(box), [box]);
  useEffect(() => () => opened?.close(), [opened]);

  const open = async () => {
    const { clientWidth, clientHeight } = box.firstElementChild ?? box;
    const width = Math.min(kWidth, clientWidth || kWidth);
    const height = Math.round((width * (clientHeight || 9)) / (clientWidth || 16));
    const view = await window.documentPictureInPicture?.requestWindow({ width, height });
    if (!view) return;
    dress(view.document);
    moveTo(view.document.body, box);
    setOpened(view);
    view.addEventListener('pagehide', () => {
      if (place.current) moveTo(place.current, box);
      setOpened(null);
    });
  };
  return {
    place,
    box,
    opened,
    open: () => void open().catch(() => undefined), // not by a gesture: then it stays as it is
    close: () => opened?.close(),
  };
}

/** The new document looks like this one. */
function dress(made: Document): void {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')) {
    const copy = made.createElement('link');
    copy.rel = 'stylesheet';
    copy.href = link.href;
    made.head.append(copy);
  }
  made.title = document.title;
  made.documentElement.lang = document.documentElement.lang;
  Object.assign(made.documentElement.dataset, document.documentElement.dataset);
  made.body.className = 'picture-window';
}

/** A video that leaves a document may be stopped by that. */
function moveTo(parent: HTMLElement, box: HTMLElement): void {
  const video = box.querySelector('video');
  const played = video !== null && !video.paused;
  parent.append(box);
  if (played) video.play().catch(() => undefined); // the viewer presses play
}
