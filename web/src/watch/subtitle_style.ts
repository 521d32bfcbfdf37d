// How this viewer likes subtitles: how large, on what. Kept in this browser.

import { useCallback, useState } from 'preact/hooks';
import { recallOneOf, store } from '../settings';

export const kSizes = ['medium', 'small', 'large', 'huge'] as const;
export const kSizesInOrder = ['small', 'medium', 'large', 'huge'] as const;
export type Size = (typeof kSizes)[number];

export const kBackgrounds = ['half', 'none', 'full'] as const;
export const kBackgroundsInOrder = ['none', 'half', 'full'] as const;
export type Background = (typeof kBackgrounds)[number];

export interface SubtitleStyle {
  readonly size: Size;
  readonly background: Background;
  readonly setSize: (size: Size) => void;
  readonly setBackground: (background: Background) => void;
  /** One size up (1) or down (-1). */
  readonly step: (by: 1 | -1) => void;
}

export function useSubtitleStyle(): SubtitleStyle {
  const [size, setSizeState] = useState(() => recallOneOf('subtitle-size', kSizes));
  const [background, setBackgroundState] = useState(() =>
    recallOneOf('subtitle-background', kBackgrounds),
  );
  const setSize = useCallback((next: Size) => {
    store('subtitle-size', next);
    setSizeState(next);
  }, []);
  const setBackground = useCallback((next: Background) => {
    store('subtitle-background', next);
    setBackgroundState(next);
  }, []);
  const step = useCallback(
    (by: 1 | -1) => {
      const next = kSizesInOrder[kSizesInOrder.indexOf(size) + by];
      if (next) setSize(next);
    },
    [size, setSize],
  );
  return { size, background, setSize, setBackground, step };
}
