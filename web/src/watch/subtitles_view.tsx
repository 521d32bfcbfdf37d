// Draws the cues of two languages over the picture.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Player } from '../player';
import { arrangeCues, spanOf, type Box } from '../subtitles/cue_layout';
import type { Cue } from '../subtitles/cue_source';
import type { SubtitleStyle } from './subtitle_style';

interface Shown {
  readonly key: string;
  readonly track: 0 | 1;
  readonly cue: Cue;
}

export interface SubtitlesViewProps {
  readonly player: Player;
  readonly video: HTMLVideoElement;
  /** The window that the picture is in: the page's, unless said otherwise. */
  readonly view?: Window;
  /** BCP-47, of the first and the second language. */
  readonly languages: readonly [string, string];
  readonly style: SubtitleStyle;
  /** Pixels at the foot of the picture that the controls take; 0 while they are hidden. */
  readonly controlsHeight: number;
}

export function SubtitlesView({ player, video, view = window, languages, style, controlsHeight }: SubtitlesViewProps) {
  const shown = useShownCues(player, video, view);
  const root = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);

  useEffect(() => {
    if (!root.current) return;
    // That of the window: another one's may be asleep.
    const observer = new (view as Window & typeof globalThis).ResizeObserver(
      ([entry]) => setHeight(entry?.contentRect.height ?? 0));
    observer.observe(root.current);
    return () => observer.disconnect();
  }, [view]);

  // Where they stand follows from how high they are, which is known once they are drawn.
  useLayoutEffect(() => {
    const elements = [...(root.current?.querySelectorAll<HTMLElement>('.cue:not(.vertical)') ?? [])];
    const horizontal = shown.filter(({ cue }) => cue.settings.vertical === null);
    const boxes = horizontal.map(({ track, cue }, i): Box => {
      const element = elements[i];
      return {
        track,
        span: spanOf(cue.settings),
        height: element?.offsetHeight ?? 0,
        lineHeight: element ? Number.parseFloat(getComputedStyle(element).lineHeight) || 0 : 0,
        settings: cue.settings,
      };
    });
    const margin = height * 0.04;
    const area = { top: margin, bottom: height - Math.max(margin, controlsHeight), height };
    arrangeCues(boxes, area).forEach((top, i) => {
      const element = elements[i];
      if (element) element.style.top = `${top}px`;
    });
  }, [shown, height, controlsHeight, style.size]);

  return (
    <div class="subtitles" ref={root} data-size={style.size} data-background={style.background}>
      {shown.map(({ key, track, cue }) => (
        <CueBox key={key} track={track} cue={cue} language={languages[track]} />
      ))}
    </div>
  );
}

function CueBox({ cue, track, language }: { readonly cue: Cue; readonly track: 0 | 1; readonly language: string }) {
  const text = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    // The browser's own parser of cue text: nodes of a few kinds, and no markup of any other sort.
    text.current?.replaceChildren(new VTTCue(cue.start, cue.end, cue.text).getCueAsHTML());
  }, [cue.text]);
  const { left, width, align } = spanOf(cue.settings);
  const { vertical } = cue.settings;
  return (
    <div
      class={vertical ? `cue vertical ${vertical}` : 'cue'}
      data-track={track}
      lang={language}
      style={vertical ? {} : { left: `${left}%`, width: `${width}%`, textAlign: align }}
    >
      <span class="words" ref={text} />
    </div>
  );
}

/** The cues of this moment; looked at with every picture, changed only when they are others. */
function useShownCues(player: Player, video: HTMLVideoElement, view: Window): readonly Shown[] {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  useEffect(() => {
    let before = '';
    let request = 0;
    const look = () => {
      const [first, second] = player.cues();
      const all = [
        ...first.map((cue) => toShown(cue, 0)),
        ...second.map((cue) => toShown(cue, 1)),
      ];
      const now = all.map(({ key }) => key).join('\n');
      if (now !== before) setShown(all);
      before = now;
      request = view.requestAnimationFrame(look);
    };
    look();
    return () => view.cancelAnimationFrame(request);
  }, [player, video, view]);
  return shown;
}

function toShown(cue: Cue, track: 0 | 1): Shown {
  return { key: `${track} ${cue.start.toFixed(2)} ${cue.end.toFixed(2)} ${cue.text}`, track, cue };
}
