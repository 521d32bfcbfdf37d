// Choosing a part of a film, to the frame: by looking at it, by keys as in editing programs, or by numbers.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import type { Player } from '../player';
import { fill } from '../text';
import { Button } from '../ui/button';
import { Dialog, useUnsaved } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { Thumbnail } from '../ui/thumbnail';
import { fetchEntryDetails, type PlaylistItem } from './api';
import { useTitles } from './catalogue';
import { useLoaded } from './live';
import { fetchWatchable, type Watchable } from './rooms_api';
import { studioStrings } from './strings';
import {
  clampFrame, frameAt, framesOfSecond, frameText, isWhole, leastFrames, middleOfFrame, pointsOf, startOfFrame, storedPoints,
  stripTimes, trimKey, withIn, withLast, type Points, type Reel, type TrimAction,
} from './trim_points';
import { trimStrings } from './trim_strings';

export type Part = Pick<PlaylistItem, 'in' | 'out' | 'untrimmed'>;

export interface TrimDialogProps {
  readonly item: PlaylistItem;
  readonly onClose: () => void;
  readonly onDone: (part: Part) => void;
}

interface Film {
  readonly reel: Reel;
  readonly watchable: Watchable;
}

export function TrimDialog({ item, onClose, onDone }: TrimDialogProps) {
  const { strings } = useStrings(trimStrings);
  const titleOf = useTitles();
  const { entry } = item;
  const { value, error } = useLoaded(
    useCallback(
      async (signal: AbortSignal): Promise<Film | 'not-ready'> => {
        const { quality } = (await fetchEntryDetails(entry, signal)).value;
        if (!quality) return 'not-ready';
        const watchable = await fetchWatchable(entry, signal);
        return { reel: { frames: quality.frames, rate: quality.frame_rate }, watchable };
      },
      [entry],
    ),
    (type, data) => type === 'job' && data['entry'] === entry && data['state'] === 'done',
  );
  return (
    <Dialog title={fill(strings.title, { title: titleOf(entry) })} onClose={onClose}>
      <div class="wide trim">
        {!value && (error && error.status !== 0 ? <p class="error"><ServerText>{error.message}</ServerText></p> : error ? <ServerSilent /> : <Waiting />)}
        {value === 'not-ready' && <p>{strings.notReady}</p>}
        {value && value !== 'not-ready' && (
          <Cutter film={value} item={item} onClose={onClose} onDone={onDone} />
        )}
      </div>
    </Dialog>
  );
}

function Cutter(props: {
  readonly film: Film;
  readonly item: PlaylistItem;
  readonly onClose: () => void;
  readonly onDone: (part: Part) => void;
}) {
  const { film, item, onClose, onDone } = props;
  const { strings, tag } = useStrings(trimStrings);
  const { strings: studio } = useStrings(studioStrings);
  // A film that is prepared anew meanwhile does not take from what has been chosen.
  const [{ reel, watchable }] = useState(film);
  const { rate } = reel;
  const [points, setPoints] = useState(() => pointsOf(item, reel));
  const [untrimmed, setUntrimmed] = useState(item.untrimmed);
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(points);
  latest.current = points;
  const { frame, playing, go, step, togglePlay } = usePictures(video, watchable.master, reel, points.in, latest);

  const place = (next: Points, shown: number) => {
    setPoints(next);
    go(shown);
  };
  const act = (action: TrimAction) => {
    const second = framesOfSecond(rate);
    switch (action) {
      case 'play':
        return togglePlay();
      case 'back':
        return step(-1);
      case 'forward':
        return step(1);
      case 'second-back':
        return step(-second);
      case 'second-forward':
        return step(second);
      case 'set-in':
        return setPoints(withIn(points, frame, reel));
      case 'set-last':
        return setPoints(withLast(points, frame, reel));
      case 'to-in':
        return go(points.in);
      case 'to-last':
        return go(points.out - 1);
      case 'to-start':
        return go(0);
      case 'to-end':
        return go(reel.frames - 1);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.matches('input, [role=slider]')) return;
    if (event.key === ' ' && target.matches('button')) return; // presses it
    const action = trimKey(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    act(action);
  };
  // Keys work from the beginning, wherever the focus is in the dialog.
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    const dialog = root.current?.closest('dialog');
    dialog?.addEventListener('keydown', onKeyDown);
    return () => dialog?.removeEventListener('keydown', onKeyDown);
  });

  const stored = storedPoints(points, reel);
  const same = stored.in === item.in && stored.out === item.out && untrimmed === item.untrimmed;
  useUnsaved(!same);
  const length = points.out - points.in;
  const tooShort = !isWhole(stored) && length < leastFrames(rate);
  const number = new Intl.NumberFormat(tag);
  const command = (action: TrimAction, words: string, key: string) => (
    <button type="button" class="button" aria-keyshortcuts={key} title={`${words} (${keyName(key)})`} onClick={() => act(action)}>
      {words}
    </button>
  );
  return (
    <div class="confirmation" ref={root} tabIndex={-1} data-frame={frame}>
      <div class="trim-picture">
        <video ref={video} class="preview-video" playsInline disableRemotePlayback aria-label={strings.picture} />
        <p class="trim-place time" role="status">
          {fill(strings.place, { time: frameText(frame, rate), frame })}
        </p>
      </div>
      <Strip
        reel={reel}
        watchable={watchable}
        points={points}
        frame={frame}
        onGo={go}
        onIn={(at) => {
          const next = withIn(points, Math.min(at, points.out - 1), reel);
          place(next, next.in);
        }}
        onLast={(at) => {
          const next = withLast(points, Math.max(at, points.in), reel);
          place(next, next.out - 1);
        }}
      />
      <div class="trim-commands">
        <div class="commands">
          {command('to-in', strings.toIn, 'Shift+I')}
          {command('second-back', strings.secondBack, 'Shift+ArrowLeft')}
          {command('back', strings.back, 'ArrowLeft')}
          {command('play', playing ? strings.pause : strings.play, 'Space')}
          {command('forward', strings.forward, 'ArrowRight')}
          {command('second-forward', strings.secondForward, 'Shift+ArrowRight')}
          {command('to-last', strings.toLast, 'Shift+O')}
        </div>
        <div class="commands">
          {command('set-in', strings.setIn, 'I')}
          {command('set-last', strings.setLast, 'O')}
          <Button disabled={isWhole(stored)} onClick={() => setPoints({ in: 0, out: reel.frames })}>
            {strings.whole}
          </Button>
        </div>
      </div>
      <div class="columns two">
        <FrameField
          label={strings.first}
          frame={points.in}
          reel={reel}
          onFrame={(at) => place(withIn(points, at, reel), clampFrame(at, reel))}
        />
        <FrameField
          label={strings.last}
          frame={points.out - 1}
          reel={reel}
          onFrame={(at) => place(withLast(points, at, reel), clampFrame(at, reel))}
        />
      </div>
      <p>
        {fill(strings.length, {
          time: frameText(length, rate), frames: number.format(length), all: frameText(reel.frames, rate),
        })}
      </p>
      {tooShort && (
        <p class="error" role="alert">
          {fill(strings.tooShort, { n: leastFrames(rate) })}
        </p>
      )}
      {!isWhole(stored) && (
        <fieldset>
          <legend>{strings.until}</legend>
          {(['skip', 'whole'] as const).map((value) => (
            <label class="choice" key={value}>
              <input type="radio" name="untrimmed" checked={untrimmed === value} onChange={() => setUntrimmed(value)} />
              {strings[`u_${value}`]}
            </label>
          ))}
        </fieldset>
      )}
      <details>
        <summary>{strings.keys}</summary>
        <p class="soft small">{strings.keysText}</p>
      </details>
      <div class="dialog-foot trim-foot">
        <Button onClick={onClose}>{studio.cancel}</Button>
        <Button
          kind="primary"
          disabled={same || tooShort}
          onClick={() => onDone({ ...stored, untrimmed: isWhole(stored) ? 'skip' : untrimmed })}
        >
          {strings.take}
        </Button>
      </div>
    </div>
  );
}

const keyName = (key: string): string =>
  key.replace('Shift+', '⇧').replace('ArrowLeft', '←').replace('ArrowRight', '→');

/** The film's pictures, one at a time or running. */
function usePictures(
  video: { readonly current: HTMLVideoElement | null },
  master: string,
  reel: Reel,
  first: number,
  points: { readonly current: Points },
) {
  const [frame, setFrame] = useState(first);
  const [playing, setPlaying] = useState(false);
  const wanted = useRef<number | null>(null); // where to go once it has got where it goes
  // When the first frame is shown, on the media timeline: players put decoding at zero, not showing. It is
  // known once that frame is there.
  const zero = useRef<number | null>(null);
  const playedFrom = useRef(0);
  const current = useRef(frame);
  current.current = frame;
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const end = new AbortController();
    const { signal } = end;
    let player: Player | null = null;
    let request = 0;
    const show = (shown: number) => {
      element.currentTime = (zero.current ?? 0) + middleOfFrame(shown, reel.rate);
    };
    const onFrame = (_: number, { mediaTime }: { mediaTime: number }) => {
      request = element.requestVideoFrameCallback(onFrame);
      if (zero.current === null) {
        zero.current = mediaTime;
        const target = wanted.current ?? first;
        wanted.current = null;
        if (target > 0) show(target);
        return;
      }
      if (element.seeking || wanted.current !== null) return;
      const shown = frameAt(mediaTime - zero.current, reel);
      setFrame(shown);
      // The part ends here: that is what one wants to see. What comes after it can be played, too.
      const last = points.current.out - 1;
      if (!element.paused && shown >= last && playedFrom.current <= last) {
        element.pause();
        show(last);
      }
    };
    request = element.requestVideoFrameCallback(onFrame);
    element.addEventListener('play', () => setPlaying(true), { signal });
    element.addEventListener('pause', () => setPlaying(false), { signal });
    element.addEventListener('seeked', () => {
      const next = wanted.current;
      if (next === null || zero.current === null) return;
      wanted.current = null;
      show(next);
    }, { signal });
    // hls.js weighs more than the studio: it comes when it is needed.
    void import('../player').then(({ play }) => {
      if (signal.aborted) return;
      player = play(element, master, () => {}, 0);
      element.pause();
    });
    return () => {
      end.abort();
      element.cancelVideoFrameCallback(request);
      player?.destroy();
      zero.current = null;
    };
  }, [master]);

  const go = useCallback((to: number) => {
    const element = video.current;
    const next = clampFrame(to, reel);
    setFrame(next);
    current.current = next; // keys may be pressed faster than pages are drawn
    if (!element) return;
    element.pause();
    if (element.seeking || zero.current === null) wanted.current = next;
    else element.currentTime = zero.current + middleOfFrame(next, reel.rate);
  }, []);
  const togglePlay = useCallback(() => {
    const element = video.current;
    if (!element || zero.current === null) return;
    if (!element.paused) return element.pause();
    // From its end there is nothing to play: again from the beginning.
    const { in: from, out } = points.current;
    const again = current.current === out - 1 || current.current === reel.frames - 1;
    playedFrom.current = again ? from : current.current;
    if (again) element.currentTime = zero.current + middleOfFrame(from, reel.rate);
    // It is stopped again before it has begun when somebody is quick.
    element.play().catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
    });
  }, []);
  const step = useCallback((by: number) => go(current.current + by), []);
  return { frame, playing, go, step, togglePlay };
}

const kTileWidth = 88; // pixels, about

/** The film as a row of pictures, with what is left out in the shade. */
function Strip(props: {
  readonly reel: Reel;
  readonly watchable: Watchable;
  readonly points: Points;
  readonly frame: number;
  readonly onGo: (frame: number) => void;
  readonly onIn: (frame: number) => void;
  readonly onLast: (frame: number) => void;
}) {
  const { reel, watchable, points, frame, onGo, onIn, onLast } = props;
  const { strings } = useStrings(trimStrings);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const count = Math.max(1, Math.floor(width / kTileWidth));
  const share = (at: number) => `${(at / reel.frames) * 100}%`;
  const frameUnder = (event: PointerEvent) => {
    const { left, width: wide } = (box.current as HTMLElement).getBoundingClientRect();
    return clampFrame(Math.floor(((event.clientX - left) / wide) * reel.frames), reel);
  };
  const drag = (event: PointerEvent, act: (at: number) => void) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const grip = event.currentTarget as HTMLElement;
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    const end = new AbortController();
    const { signal } = end;
    grip.addEventListener('pointermove', (move) => act(frameUnder(move)), { signal });
    grip.addEventListener('pointerup', () => end.abort(), { signal });
    grip.addEventListener('pointercancel', () => end.abort(), { signal });
  };
  // A handle follows the pointer with what it held when it was taken, whatever has been drawn since.
  const handlers = useRef({ onIn, onLast, onGo });
  handlers.current = { onIn, onLast, onGo };
  return (
    <div
      class="strip"
      ref={box}
      onPointerDown={(event) => {
        onGo(frameUnder(event));
        drag(event, (at) => handlers.current.onGo(at));
      }}
    >
      <div class="strip-pictures" aria-hidden="true">
        {watchable.thumbnails &&
          width > 0 &&
          stripTimes(count, reel).map((seconds) => (
            <Thumbnail
              key={seconds}
              thumbnails={watchable.thumbnails!}
              seconds={seconds}
              width={width / count}
            />
          ))}
      </div>
      <span class="strip-shade" style={{ left: 0, width: share(points.in) }} />
      <span class="strip-shade" style={{ left: share(points.out), right: 0 }} />
      <span class="strip-head" style={{ left: share(frame + 0.5) }} />
      <Handle
        which="in"
        label={strings.first}
        at={points.in}
        from={0}
        to={points.out - 1}
        place={share(points.in)}
        reel={reel}
        onDrag={(event) => drag(event, (at) => handlers.current.onIn(at))}
        onMove={onIn}
      />
      <Handle
        which="out"
        label={strings.last}
        at={points.out - 1}
        from={points.in}
        to={reel.frames - 1}
        place={share(points.out)}
        reel={reel}
        onDrag={(event) => drag(event, (at) => handlers.current.onLast(at))}
        onMove={onLast}
      />
    </div>
  );
}

function Handle(props: {
  readonly which: 'in' | 'out';
  readonly label: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly place: string;
  readonly reel: Reel;
  readonly onDrag: (event: PointerEvent) => void;
  readonly onMove: (frame: number) => void;
}) {
  const { which, label, at, from, to, place, reel, onDrag, onMove } = props;
  const second = framesOfSecond(reel.rate);
  const steps: Record<string, number> = {
    ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -second, PageUp: second,
  };
  return (
    <span
      role="slider"
      tabIndex={0}
      class={`strip-handle ${which}`}
      style={{ left: place }}
      aria-label={label}
      aria-valuemin={from}
      aria-valuemax={to}
      aria-valuenow={at}
      aria-valuetext={frameText(at, reel.rate)}
      onPointerDown={onDrag}
      onKeyDown={(event) => {
        const step = steps[event.key];
        const target =
          event.key === 'Home' ? from
          : event.key === 'End' ? to
          : step === undefined ? null
          : at + (event.shiftKey ? Math.sign(step) * second : step);
        if (target === null) return;
        event.preventDefault();
        event.stopPropagation();
        onMove(Math.min(to, Math.max(from, target)));
      }}
    />
  );
}

function FrameField(props: {
  readonly label: string;
  readonly frame: number;
  readonly reel: Reel;
  readonly onFrame: (frame: number) => void;
}) {
  const { label, frame, reel, onFrame } = props;
  return (
    <Field label={label} hint={`${frameText(frame, reel.rate)} · ${startOfFrame(frame, reel.rate).toFixed(3)} s`}>
      {(input) => (
        <input
          {...input}
          type="number"
          min={0}
          max={reel.frames - 1}
          step={1}
          value={frame}
          onChange={(event) => {
            const { valueAsNumber } = event.currentTarget;
            if (Number.isFinite(valueAsNumber)) onFrame(valueAsNumber);
          }}
        />
      )}
    </Field>
  );
}
