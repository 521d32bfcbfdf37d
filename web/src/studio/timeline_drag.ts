// Dragging on the timeline: a start to another time or day, the end of a block, a playlist onto a free place.

import { useRef, useState } from 'preact/hooks';
import { instantAt, positionOf, type Axis } from './axis';
import { snapped } from './schedule_draft';

export type Dragged =
  | { readonly kind: 'move'; readonly block: string; readonly from: number; readonly minutes: number; readonly title: string }
  | { readonly kind: 'end'; readonly block: string; readonly from: number; readonly title: string }
  | { readonly kind: 'new'; readonly playlist: string; readonly minutes: number; readonly title: string };

/** Where it is now: on day number `day`, at `at`. */
export interface Drag {
  readonly what: Dragged;
  readonly day: number;
  readonly at: number;
}

export interface DragOptions {
  readonly axis: Axis;
  readonly zone: string;
  readonly pixelsPerHour: number;
  /** Minutes. */
  readonly snap: number;
  readonly onDrop: (drag: Drag) => void;
}

const kThreshold = 5; // pixels before a press is a drag
const kEdge = 48; // pixels from an edge where the timeline scrolls

export function useTimelineDrag(options: DragOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const latest = useRef(options);
  latest.current = options;

  const columns = () => [...(scroller.current?.querySelectorAll<HTMLElement>('[data-column]') ?? [])];

  /** The day and minutes from the top under a point; null beside the timeline. */
  const locate = (x: number, y: number, anywhere: boolean) => {
    const box = scroller.current?.getBoundingClientRect();
    if (!box) return null;
    const inside = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    if (!inside && !anywhere) return null;
    const boxes = columns().map((column) => column.getBoundingClientRect());
    const distance = ({ left, right }: DOMRect) => Math.max(left - x, x - right, 0);
    const day = boxes.reduce((best, each, i) => (distance(each) < distance(boxes[best] as DOMRect) ? i : best), 0);
    const column = boxes[day];
    return column ? { day, minutes: ((y - column.top) / latest.current.pixelsPerHour) * 60 } : null;
  };

  const begin = (event: PointerEvent, what: Dragged) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const [x, y] = [event.clientX, event.clientY];
    const { axis } = latest.current;
    // How far below the start it was grabbed.
    const grabbed = locate(x, y, true);
    const anchor = what.kind === 'new' ? 0 : grabbed ? grabbed.minutes - positionOf(axis, grabbed.day, what.from) : 0;
    const offset = what.kind === 'move' ? anchor : 0;
    const end = new AbortController();
    const { signal } = end;
    let now: Drag | null = null;
    const stop = () => {
      end.abort();
      setDrag(null);
    };
    window.addEventListener('pointermove', (move) => {
      if (!now && Math.hypot(move.clientX - x, move.clientY - y) < kThreshold) return;
      scrollNear(scroller.current, move.clientY);
      const place = locate(move.clientX, move.clientY, what.kind !== 'new');
      if (!place) {
        setDrag(null);
        now = null;
        return;
      }
      const { axis: days, zone, snap } = latest.current;
      const wanted = instantAt(days, place.day, Math.max(0, place.minutes - offset));
      const at = snapped(wanted, move.altKey ? 1 : snap, zone);
      now = { what, day: place.day, at };
      setDrag(now);
    }, { signal });
    window.addEventListener('pointerup', () => {
      stop();
      if (!now) return;
      // The click that follows is the end of the drag, not a choice.
      const swallow = (click: Event) => {
        click.stopPropagation();
        click.preventDefault();
      };
      window.addEventListener('click', swallow, { capture: true, once: true });
      window.setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
      latest.current.onDrop(now);
    }, { signal });
    window.addEventListener('pointercancel', stop, { signal });
    window.addEventListener('keydown', (key) => {
      if (key.key !== 'Escape') return;
      key.preventDefault();
      key.stopPropagation();
      stop();
    }, { signal, capture: true });
  };

  return { scroller, drag, begin };
}

function scrollNear(scroller: HTMLElement | null, y: number): void {
  if (!scroller) return;
  const { top, bottom } = scroller.getBoundingClientRect();
  if (y < top + kEdge) scroller.scrollBy(0, -16);
  else if (y > bottom - kEdge) scroller.scrollBy(0, 16);
}
