// Where cues stand in the picture. Pure: heights are measured by whoever draws them.
//
// WebVTT has an algorithm for one track (section 7.2). This is for two at once: the first language
// stands above the second, nothing stands on anything else, and nothing below `bottom`, where the
// controls are.

import type { CueSettings } from './webvtt';

/** Across the picture, in percent of its width. */
export interface Span {
  readonly left: number;
  readonly width: number;
  readonly align: 'start' | 'center' | 'end';
}

/** WebVTT section 7.2, steps for the size and the x-position of a cue that runs horizontally. */
export function spanOf(settings: CueSettings): Span {
  const align =
    settings.align === 'center' ? 'center' : settings.align === 'end' || settings.align === 'right' ? 'end' : 'start';
  const position = settings.position ?? (align === 'start' ? 0 : align === 'end' ? 100 : 50);
  const anchor =
    settings.positionAlign ??
    (align === 'start' ? 'line-left' : align === 'end' ? 'line-right' : 'center');
  const room =
    anchor === 'line-left'
      ? 100 - position
      : anchor === 'line-right'
        ? position
        : 2 * Math.min(position, 100 - position);
  const width = Math.min(settings.size, room);
  const left =
    anchor === 'line-left' ? position : anchor === 'line-right' ? position - width : position - width / 2;
  return { left, width, align };
}

export interface Box {
  /** 0 for the first language, 1 for the second. */
  readonly track: number;
  readonly span: Span;
  /** Pixels. */
  readonly height: number;
  /** Of one line, in pixels. */
  readonly lineHeight: number;
  readonly settings: CueSettings;
}

/** The part of the picture that cues may stand in, in pixels from its top. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
  /** Of the whole picture. */
  readonly height: number;
}

/** The tops of the boxes in pixels, in their order. Boxes that find no room stand where they want. */
export function arrangeCues(boxes: readonly Box[], area: Area): readonly number[] {
  const wishes = boxes.map((box) => wishOf(box, area));
  const tops = new Array<number>(boxes.length).fill(0);
  const placed: number[] = [];
  const overlaps = (at: number, other: number, top: number) => {
    const a = boxes[at]!;
    const b = boxes[other]!;
    const across =
      a.span.left < b.span.left + b.span.width && b.span.left < a.span.left + a.span.width;
    return across && top < tops[other]! + b.height && tops[other]! < top + a.height;
  };
  const place = (at: number, upwards: boolean) => {
    const box = boxes[at]!;
    tops[at] =
      findRoom(wishes[at]!, upwards) ?? findRoom(wishes[at]!, !upwards) ?? clamp(wishes[at]!);
    placed.push(at);

    function clamp(top: number): number {
      return Math.max(area.top, Math.min(top, area.bottom - box.height));
    }
    function findRoom(wish: number, up: boolean): number | null {
      let top = clamp(wish);
      for (;;) {
        const other = placed.find((candidate) => overlaps(at, candidate, top));
        if (other === undefined) return top;
        top = up ? tops[other]! - box.height : tops[other]! + boxes[other]!.height;
        if (top < area.top || top + box.height > area.bottom) return null;
      }
    }
  };

  // From below, the second language first: the first then comes above it. From above, the reverse.
  const isLow = (at: number) =>
    boxes[at]!.settings.line === null || wishes[at]! + boxes[at]!.height / 2 > area.height / 2;
  const order = boxes.map((_, at) => at);
  // What an author has placed keeps its place; the rest makes way.
  const free = (at: number) => (boxes[at]!.settings.line === null ? 1 : 0);
  const low = order.filter(isLow).sort((a, b) => free(a) - free(b) || boxes[b]!.track - boxes[a]!.track);
  const high = order.filter((at) => !isLow(at)).sort((a, b) => boxes[a]!.track - boxes[b]!.track);
  for (const at of high) place(at, false);
  for (const at of low) place(at, true);
  return tops;
}

function wishOf({ settings, height, lineHeight }: Box, area: Area): number {
  const { line, lineAlign } = settings;
  if (line === null) return area.bottom - height;
  if (line.unit === 'lines') {
    return line.value >= 0 ? line.value * lineHeight : area.height + line.value * lineHeight;
  }
  const at = (line.value / 100) * area.height;
  return lineAlign === 'start' ? at : lineAlign === 'end' ? at - height : at - height / 2;
}
