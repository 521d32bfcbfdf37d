// How this viewer likes subtitles: how large, on what. Kept in this browser.

import { useCallback, useEffect, useState } from 'preact/hooks';
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
  const [size, setSize] = useState(() => recallOneOf('subtitle-size', kSizes));
  const [background, setBackground] = useState(() =>
    recallOneOf('subtitle-background', kBackgrounds),
  );
  // From what it is by then: keys may be pressed faster than pages are drawn.
  const step = useCallback((by: 1 | -1) => {
    setSize((before) => kSizesInOrder[kSizesInOrder.indexOf(before) + by] ?? before);
  }, []);
  useEffect(() => store('subtitle-size', size), [size]);
  useEffect(() => store('subtitle-background', background), [background]);
  return { size, background, setSize, setBackground, step };
}
