// Days side by side with what is on them, in a zoom of the producer's choice. Time runs downwards: titles stay
// readable however short a film is drawn.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { useServerClock } from '../polling';
import { fill, formatLength, formatTime, formatTimeExactly, plural } from '../text';
import { instantAt, marksOf, missingOn, partsOf, positionOf, stepFor, type Axis } from './axis';
import { useTitles } from './catalogue';
import type { Block, PlannedAiring, Stretch } from './schedule_api';
import { isFixed, snapped } from './schedule_draft';
import {
  airingsIn, chosenStretch, endOf, lateness, lengthOf, selectionOf, startOf, type Selection, type Trouble,
} from './schedule_plan';
import { scheduleStrings } from './schedule_strings';
import type { Drag, Dragged } from './timeline_drag';

export interface TimelineProps {
  readonly axis: Axis;
  readonly zone: string;
  readonly pixelsPerHour: number;
  readonly stretches: readonly Stretch[];
  readonly airings: readonly PlannedAiring[];
  readonly blocks: readonly Block[];
  readonly titleOf: (playlist: string) => string;
  readonly colourOf: (playlist: string) => number;
  readonly selected: Selection | null;
  readonly troubles: readonly Trouble[];
  readonly clockOffset: number;
  readonly drag: Drag | null;
  readonly scroller: { current: HTMLDivElement | null };
  /** Where it is to be scrolled to; a new object each time. */
  readonly wanted: { readonly at: number } | null;
  readonly pending: boolean;
  readonly onSelect: (selection: Selection) => void;
  readonly onGrab: (event: PointerEvent, what: Dragged) => void;
  /** Moves its start by wall-clock minutes. */
  readonly onShift: (block: string, minutes: number) => void;
  readonly onRemove: (block: string) => void;
  readonly onAddAt: (instant: number) => void;
  readonly onDay: (date: string) => void;
  /** What part of a single day is looked at, with some more around it. */
  readonly onView: (from: number, to: number) => void;
}

const kReadable = 18; // pixels that a line of text needs
const kTiny = 10; // and at the least
const kTarget = 24; // pixels that something to be pressed needs

export function Timeline(props: TimelineProps) {
  const { axis, zone, pixelsPerHour, scroller, wanted } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const perMinute = pixelsPerHour / 60;
  const height = axis.length * perMinute;
  const labels = marksOf(axis, stepFor(pixelsPerHour, 34));
  const lines = stepFor(pixelsPerHour, 34);
  const detailed = axis.days.length === 1;
  const view = useVisible(scroller, pixelsPerHour);
  const keys = useKeys(props);
  useEffect(() => {
    if (detailed && view.to > view.from) props.onView(instantAt(axis, 0, view.from), instantAt(axis, 0, view.to));
  }, [axis, view, detailed]);

  // What is chosen stays where it is when it is zoomed; else the time in the middle.
  const zoomed = useRef(pixelsPerHour);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || zoomed.current === pixelsPerHour) return;
    const { scrollTop: top, clientHeight: height } = box;
    const start = props.selected?.start ?? NaN;
    const day = axis.days.findIndex((each) => each.start <= start && start < each.end);
    const chosen = day < 0 ? NaN : (positionOf(axis, day, start) * zoomed.current) / 60;
    const fixed = chosen >= top && chosen <= top + height ? chosen : top + height / 2;
    box.scrollTop = (fixed * pixelsPerHour) / zoomed.current - (fixed - top);
    zoomed.current = pixelsPerHour;
  }, [pixelsPerHour]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !wanted) return;
    const day = axis.days.findIndex(({ start, end }) => start <= wanted.at && wanted.at < end);
    if (day < 0) return;
    box.scrollTop = positionOf(axis, day, wanted.at) * perMinute - box.clientHeight / 3;
    const column = box.querySelectorAll<HTMLElement>('[data-column]')[day];
    if (column && box.scrollWidth > box.clientWidth) box.scrollLeft = column.offsetLeft - 80;
  }, [wanted, axis.days[0]?.date, axis.days.length]);

  return (
    <div
      class={`timeline ${detailed ? 'detailed' : ''} ${props.drag ? 'dragging' : ''}`}
      ref={scroller}
      role="group"
      aria-label={strings.timeline}
      aria-describedby="timeline-keys"
      aria-busy={props.pending}
      tabIndex={props.stretches.length === 0 ? 0 : undefined} // nothing in it takes the focus, for keys to scroll it
      onKeyDown={keys.onKeyDown}
      onFocusIn={keys.onFocus}
    >
      <p class="unseen" id="timeline-keys">
        {strings.timelineKeys}
      </p>
      <div class="timeline-head">
        <span class="corner" />
        {axis.days.map((day) => (
          <DayHead key={day.date} day={day} alone={detailed} zone={zone} clockOffset={props.clockOffset} onDay={props.onDay} />
        ))}
      </div>
      <div class="timeline-body" style={{ height: `${height}px` }}>
        <div class="gutter" aria-hidden="true">
          {labels.map(({ at, wall, again }) => (
            <span key={`${at}`} style={{ top: `${at * perMinute}px` }} class={again ? 'again' : ''}>
              {two(Math.floor(wall / 60))}:{two(wall % 60)}
              {again && <small> {strings.again}</small>}
            </span>
          ))}
        </div>
        {axis.days.map((day, number) => (
          <div
            key={day.date}
            class="column"
            data-column={day.date}
            onDblClick={(event) => {
              if ((event.target as HTMLElement).closest('.airing')) return;
              const top = event.currentTarget.getBoundingClientRect().top;
              const minutes = (event.clientY - top) / perMinute;
              const step = stepFor(pixelsPerHour, 12);
              props.onAddAt(snapped(instantAt(axis, number, minutes), step, zone));
            }}
          >
            {marksOf(axis, lines).map(({ at, wall }) => (
              <span key={at} class={`line ${wall % 60 === 0 ? 'whole' : ''}`} style={{ top: `${at * perMinute}px` }} aria-hidden="true" />
            ))}
            <Column {...props} number={number} perMinute={perMinute} view={view} detailed={detailed} stop={keys.stop} />
            {missingOn(axis, number).map(({ from, to }) => (
              <span
                key={from}
                class="missing"
                title={strings.noSuchTime}
                style={{ top: `${from * perMinute}px`, height: `${(to - from) * perMinute}px` }}
              />
            ))}
            <NowMark axis={axis} number={number} perMinute={perMinute} clockOffset={props.clockOffset} />
            {props.drag && props.drag.day === number && (
              <Ghost drag={props.drag} axis={axis} perMinute={perMinute} tag={tag} zone={zone} />
            )}
          </div>
        ))}
        <NowLine axis={axis} perMinute={perMinute} zone={zone} clockOffset={props.clockOffset} />
      </div>
    </div>
  );
}

const two = (value: number) => String(value).padStart(2, '0');

function DayHead(props: {
  readonly day: Axis['days'][number];
  readonly alone: boolean;
  readonly zone: string;
  readonly clockOffset: number;
  readonly onDay: (date: string) => void;
}) {
  const { day, alone, zone, clockOffset, onDay } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const noon = (day.start + day.end) / 2;
  const parts = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone: zone, ...options }).format(noon);
  const hours = (day.end - day.start) / 3_600_000;
  const now = Date.now() + clockOffset;
  const today = day.start <= now && now < day.end;
  const text = (
    <>
      <span class="weekday">{parts({ weekday: alone ? 'long' : 'short' })}</span>{' '}
      <span class="date">{parts({ day: 'numeric', month: alone ? 'long' : 'short' })}</span>
      {hours !== 24 && (
        <>
          {' '}
          <span class="badge warn" title={strings.clocksChange}>
            {fill(strings.hours, { n: hours })}
          </span>
        </>
      )}
    </>
  );
  return (
    <div class={`day-head ${today ? 'today' : ''}`} aria-current={today ? 'date' : undefined}>
      {alone ? <span>{text}</span> : (
        <button type="button" onClick={() => onDay(day.date)} title={strings.toDay}>
          {text}
        </button>
      )}
    </div>
  );
}

/** Minutes from the top that are to be drawn. */
interface View {
  readonly from: number;
  readonly to: number;
}

/** What is seen, and as much above and below. */
function useVisible(scroller: { current: HTMLDivElement | null }, pixelsPerHour: number): View {
  const [view, setView] = useState<View>({ from: 0, to: 0 });
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    let frame = 0;
    const look = () => {
      frame = 0;
      const page = box.clientHeight;
      const minutes = (pixels: number) => (pixels / pixelsPerHour) * 60;
      const next = { from: minutes(box.scrollTop - page), to: minutes(box.scrollTop + 2 * page) };
      setView((before) => {
        const moved = Math.abs(before.from - next.from) + Math.abs(before.to - next.to);
        return moved > minutes(page / 2) ? next : before;
      });
    };
    const soon = () => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    box.addEventListener('scroll', soon, { passive: true });
    const size = new ResizeObserver(soon);
    size.observe(box);
    return () => {
      cancelAnimationFrame(frame);
      box.removeEventListener('scroll', soon);
      size.disconnect();
    };
  }, [pixelsPerHour]);
  return view;
}

function Column(props: TimelineProps & {
  readonly number: number;
  readonly perMinute: number;
  readonly view: View;
  readonly detailed: boolean;
  readonly stop: string;
}) {
  const { axis, number, perMinute, view, detailed, stretches, airings } = props;
  const { strings } = useStrings(scheduleStrings);
  const day = axis.days[number] as Axis['days'][number];
  const chosen = chosenStretch(stretches, props.selected);
  const seen = (part: { readonly from: number; readonly to: number }) => part.to >= view.from && part.from <= view.to;
  return (
    <>
      {stretches.map((stretch, i) => {
        const [start, end] = [startOf(stretch), endOf(stretch)];
        if (end <= day.start || start >= day.end) return null;
        const part = partsOf(axis, start, end).find((each) => each.day === number);
        if (!part || !seen(part)) return null;
        return (
          <StretchView
            key={`${start}`}
            {...props}
            stretch={stretch}
            chosen={i === chosen}
            late={lateness(stretch, stretches[i - 1])}
            begins={stretch.kind === 'block' && stretch.fixed_start !== null &&
              stretches[i - 1]?.fixed_start !== stretch.fixed_start}
            part={part}
          />
        );
      })}
      {props.troubles.filter(({ kind, at }) => kind === 'missed' && day.start <= at && at < day.end).map(({ at, block }) => (
        <span key={`missed${at}`} class="missed" style={{ top: `${positionOf(axis, number, at) * perMinute}px` }}>
          <span>
            {fill(strings.t_missed, { title: props.titleOf(props.blocks.find(({ id }) => id === block)?.playlist ?? block ?? '') })}
          </span>
        </span>
      ))}
      {detailed && stretches.map((stretch) => {
        const part = partsOf(axis, startOf(stretch), endOf(stretch)).find((each) => each.day === number);
        const each = (lengthOf(stretch) / 60_000 / stretch.airings) * perMinute;
        if (!part || !seen(part) || each >= kTarget || (part.to - part.from) * perMinute < kTarget) return null;
        return <Crowd key={stretch.start} count={stretch.airings} part={part} perMinute={perMinute} />;
      })}
      {detailed && airingsIn(airings, day.start, day.end).map((airing) => {
        const part = partsOf(axis, startOf(airing), endOf(airing)).find((each) => each.day === number);
        if (!part || !seen(part) || (part.to - part.from) * perMinute < kTarget) return null;
        return <AiringView key={airing.start} {...props} airing={airing} part={part} />;
      })}
    </>
  );
}

type Part = ReturnType<typeof partsOf>[number];

function StretchView(props: TimelineProps & {
  readonly stretch: Stretch;
  readonly chosen: boolean;
  readonly late: number;
  /** Whether a fixed start is here. */
  readonly begins: boolean;
  readonly part: Part;
  readonly perMinute: number;
  readonly number: number;
  readonly detailed: boolean;
  readonly stop: string;
}) {
  const { stretch, chosen, late, begins, part, perMinute, detailed, stop, zone } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const block = props.blocks.find(({ id }) => id === stretch.block) ?? null;
  const start = startOf(stretch);
  const height = (part.to - part.from) * perMinute;
  const isBlock = stretch.kind === 'block';
  const title = isBlock ? props.titleOf(block?.playlist ?? stretch.block ?? '') : strings[`k_${stretch.kind}`];
  const length = formatLength(Math.round(lengthOf(stretch) / 1000));
  const from = formatTime(start, tag, zone);
  const cut = props.troubles.some(({ kind, at }) => kind === 'cut' && at >= start && at < endOf(stretch));
  const marks = [
    ...(begins && block ? [strings[`r_${block.repeats}`]] : []),
    ...(block && isBlock && block.passes === 0 ? [strings.loops] : []),
  ];
  const said = [
    title, `${from}–${formatTime(endOf(stretch), tag, zone)}`, length, ...marks,
    ...(late > 0 ? [fill(strings.startsLate, { time: formatLength(late / 1000) })] : []),
  ].join(', ');
  const key = `s${start}-${part.day}`;
  const movable = begins && part.first && block !== null && isFixed(block);
  const hue = isBlock && block ? props.colourOf(block.playlist) : -1;
  const what: Dragged | null = movable
    ? { kind: 'move', block: block.id, from: Date.parse(stretch.fixed_start ?? stretch.start), minutes: part.to - part.from, title }
    : null;
  // What is too low to be pressed safely is there to be seen, and for a mouse; closer by it is a button.
  const Tag = height < kTarget ? 'div' : 'button';
  const pressed = Tag === 'button'
    ? { type: 'button', 'data-stop': key, tabIndex: stop === key ? 0 : -1, 'aria-pressed': chosen } as const
    : {};
  return (
    <>
      <Tag
        {...pressed}
        class={`stretch ${stretch.kind} ${chosen ? 'chosen' : ''} ${movable ? 'movable' : ''} ${part.first ? '' : 'from-before'} ${part.last ? '' : 'goes-on'} ${height < kTiny ? 'thin' : height < kReadable ? 'tiny' : ''} ${height < 2 * kReadable ? 'flat' : ''}`}
        data-hue={hue >= 0 ? hue : undefined}
        data-kind={stretch.kind}
        data-block={stretch.block ?? undefined}
        data-start={start}
        title={said}
        style={{ top: `${part.from * perMinute}px`, height: `${Math.max(3, height)}px` }}
        onClick={() => props.onSelect(selectionOf(stretch))}
        onPointerDown={what ? (event) => {
          if (event.pointerType === 'mouse') props.onGrab(event, what);
        } : undefined}
      >
        <span class="words">
          {what && (
            <span
              class="handle"
              aria-hidden="true"
              onPointerDown={(event) => {
                if (event.pointerType !== 'mouse') props.onGrab(event, what);
              }}
            >
              ⠿
            </span>
          )}
          <span class="name">{title}</span>
          <span class="times">
            {(part.first || !isBlock) && <span class="time">{isBlock ? from : length}</span>}
            {marks.map((mark) => <span key={mark} class="mark">{mark}</span>)}
            {cut && <span class="badge warn">{strings.cut}</span>}
            {late > 0 && <span class="badge bad">{fill(strings.late, { time: formatLength(late / 1000) })}</span>}
            <span class="unseen">
              –{formatTime(endOf(stretch), tag, zone)}, {length}
            </span>
          </span>
        </span>
        {!detailed && isBlock && height > 60 && <Inside {...props} stretch={stretch} />}
      </Tag>
      {chosen && block && isBlock && part.last && (block.until !== '' || block.passes === 0) && (
        <span
          class="edge"
          title={strings.dragEnd}
          aria-hidden="true"
          style={{ top: `${part.to * perMinute - 6}px` }}
          onPointerDown={(event) => props.onGrab(event, { kind: 'end', block: block.id, from: endOf(stretch), title })}
        />
      )}
    </>
  );
}

/** The films of a block, where there is room for them. */
function Inside(props: TimelineProps & {
  readonly stretch: Stretch; readonly part: Part; readonly perMinute: number; readonly number: number;
}) {
  const { stretch, part, perMinute, axis, number, airings } = props;
  const titleOf = useTitles();
  const all = airingsIn(airings, startOf(stretch), endOf(stretch));
  if (all.length === 0 || all.length * 5 > (part.to - part.from) * perMinute) return null;
  return (
    <span class="inside" aria-hidden="true">
      {all.map((airing) => {
        const from = (positionOf(axis, number, startOf(airing)) - part.from) * perMinute;
        const height = (positionOf(axis, number, endOf(airing)) - part.from) * perMinute - from;
        // The first lines are the block's own.
        const readable = height >= kReadable && from >= 2.4 * kReadable;
        return (
          <span key={airing.start} class="film" style={{ top: `${from}px`, height: `${height}px` }}>
            {readable && titleOf(airing.entry)}
          </span>
        );
      })}
    </span>
  );
}

/** In place of films too short to be drawn in this zoom. */
function Crowd({ count, part, perMinute }: { readonly count: number; readonly part: Part; readonly perMinute: number }) {
  const { strings, tag } = useStrings(scheduleStrings);
  return (
    <span class="crowd" style={{ top: `${part.from * perMinute}px`, height: `${(part.to - part.from) * perMinute}px` }}>
      <span>
        {fill(plural(strings.planned, count, tag), { n: count })} · {strings.zoomToSee}
      </span>
    </span>
  );
}

function AiringView(props: TimelineProps & {
  readonly airing: PlannedAiring; readonly part: Part; readonly perMinute: number; readonly stop: string;
}) {
  const { airing, part, perMinute, selected, stop, zone } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const titleOf = useTitles();
  const start = startOf(airing);
  const key = `a${start}`;
  const chosen = selected?.kind === 'airing' && selected.start === start;
  const length = formatLength(Math.round(lengthOf(airing) / 1000));
  return (
    <button
      type="button"
      class={`airing ${airing.role} ${chosen ? 'chosen' : ''}`}
      data-entry={airing.entry}
      data-start={start}
      data-stop={key}
      tabIndex={stop === key ? 0 : -1}
      aria-pressed={chosen}
      style={{ top: `${part.from * perMinute}px`, height: `${(part.to - part.from) * perMinute}px` }}
      onClick={() => props.onSelect({ kind: 'airing', start, block: airing.block })}
    >
      <span class="time">{formatTimeExactly(start, tag, zone)}</span>
      <span class="name">{titleOf(airing.entry)}</span>
      {airing.cut && <span class="badge warn">{strings.cut}</span>}
      <span class="time soft">{length}</span>
    </button>
  );
}

function Ghost(props: {
  readonly drag: Drag; readonly axis: Axis; readonly perMinute: number; readonly tag: string; readonly zone: string;
}) {
  const { drag, axis, perMinute, tag, zone } = props;
  const at = positionOf(axis, drag.day, drag.at);
  const minutes = drag.what.kind === 'end' ? 0 : drag.what.minutes;
  return (
    <span
      class={`ghost ${drag.what.kind}`}
      aria-hidden="true"
      style={{ top: `${at * perMinute}px`, height: `${Math.max(28, minutes * perMinute)}px` }}
    >
      <strong class="time">{formatTime(drag.at, tag, zone)}</strong> {drag.what.title}
    </span>
  );
}

/** Across all days, with the time; `NowMark` is the part on today. */
function NowLine(props: {
  readonly axis: Axis; readonly perMinute: number; readonly zone: string; readonly clockOffset: number;
}) {
  const { axis, perMinute, zone, clockOffset } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const now = useServerClock(clockOffset);
  const day = axis.days.findIndex(({ start, end }) => start <= now && now < end);
  if (day < 0) return null;
  return (
    <div class="now-line" style={{ top: `${positionOf(axis, day, now) * perMinute}px` }}>
      <span class="time">
        <span class="unseen">{strings.now} </span>
        {formatTime(now, tag, zone)}
      </span>
    </div>
  );
}

function NowMark(props: {
  readonly axis: Axis; readonly number: number; readonly perMinute: number; readonly clockOffset: number;
}) {
  const { axis, number, perMinute, clockOffset } = props;
  const now = useServerClock(clockOffset);
  const { start, end } = axis.days[number] as Axis['days'][number];
  if (now < start || now >= end) return null;
  return <span class="now-mark" aria-hidden="true" style={{ top: `${positionOf(axis, number, now) * perMinute}px` }} />;
}

/**
 * Arrows go from one thing to the next: up and down in time, left and right to another day (or from a block to
 * its films). With Alt they move the block's start.
 */
function useKeys(props: TimelineProps) {
  const { scroller, onShift, onRemove } = props;
  const [stop, setStop] = useState('');
  // A block that was moved is drawn anew: the focus goes with it.
  const follow = useRef<{ readonly block: string; readonly near: number; readonly before: readonly Stretch[] } | null>(null);
  const stops = () => [...(scroller.current?.querySelectorAll<HTMLElement>('[data-stop]') ?? [])];

  useLayoutEffect(() => {
    const all = stops();
    const wanted = follow.current;
    if (wanted && !props.pending && wanted.before !== props.stretches) {
      const own = all.filter((each) => each.dataset['block'] === wanted.block && each.classList.contains('movable'));
      const distance = (each: HTMLElement) => Math.abs(Number(each.dataset['start']) - wanted.near);
      const nearest = own.sort((a, b) => distance(a) - distance(b))[0];
      if (nearest) {
        follow.current = null;
        nearest.focus();
        return;
      }
    }
    if (all.length > 0 && !all.some((each) => each.dataset['stop'] === stop)) {
      setStop(all[0]?.dataset['stop'] ?? '');
    }
  });

  const onFocus = (event: FocusEvent) => {
    const key = (event.target as HTMLElement).dataset['stop'];
    if (key) setStop(key);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const here = (event.target as HTMLElement).closest<HTMLElement>('[data-stop]');
    if (!here || event.ctrlKey || event.metaKey) return;
    const { block, start } = here.dataset;
    const movable = here.classList.contains('movable');
    const shifts: Record<string, number> = {
      ArrowUp: -5, ArrowDown: 5, PageUp: -60, PageDown: 60, ArrowLeft: -24 * 60, ArrowRight: 24 * 60,
    };
    if (event.altKey) {
      const minutes = shifts[event.key];
      if (minutes === undefined || !block || !movable) return;
      event.preventDefault();
      const by = event.shiftKey && Math.abs(minutes) === 5 ? Math.sign(minutes) : minutes;
      follow.current = { block, near: Number(start) + by * 60_000, before: props.stretches };
      onShift(block, by);
      return;
    }
    if ((event.key === 'Delete' || event.key === 'Backspace') && block && here.dataset['kind'] === 'block') {
      event.preventDefault();
      onRemove(block);
      return;
    }
    const target = neighbour(stops(), here, event.key);
    if (!target) return;
    event.preventDefault();
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  return { stop, onFocus, onKeyDown };
}

function neighbour(all: readonly HTMLElement[], here: HTMLElement, key: string): HTMLElement | undefined {
  const column = (each: HTMLElement) => each.closest('[data-column]');
  const lane = (each: HTMLElement) => (each.classList.contains('airing') ? 1 : 0);
  const box = here.getBoundingClientRect();
  const same = all.filter((each) => lane(each) === lane(here));
  switch (key) {
    case 'ArrowDown':
      return same[same.indexOf(here) + 1];
    case 'ArrowUp':
      return same[same.indexOf(here) - 1];
    case 'Home':
      return same.find((each) => column(each) === column(here));
    case 'End':
      return same.filter((each) => column(each) === column(here)).at(-1);
    case 'ArrowLeft':
    case 'ArrowRight': {
      const beyond = all.filter((each) => {
        const { left, right } = each.getBoundingClientRect();
        return key === 'ArrowRight' ? left >= box.right - 4 : right <= box.left + 4;
      });
      const far = (each: HTMLElement) => {
        const other = each.getBoundingClientRect();
        const sideways = key === 'ArrowRight' ? other.left - box.right : box.left - other.right;
        return Math.max(0, sideways) * 1000 + Math.abs(Math.max(other.top, 0) - Math.max(box.top, 0));
      };
      return [...beyond].sort((a, b) => far(a) - far(b))[0];
    }
    default:
      return undefined;
  }
}
