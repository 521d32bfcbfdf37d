// The bar on which one goes back and forth: what was on, where films begin, and a picture of where one
// would get to.

import { useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import type { Player, Snapshot } from '../player';
import { formatLength, formatTimeExactly, pickText } from '../text';
import { Thumbnail } from '../ui/thumbnail';
import { beginnings, placeAt, type Films } from './films';
import { watchStrings } from './strings';

export interface SeekBarProps {
  readonly player: Player;
  readonly snapshot: Snapshot;
  readonly films: Films;
}

const kPreviewWidth = 160; // pixels
const kMostMarks = 80; // more than these are a pattern, and tell nothing

export function SeekBar({ player, snapshot, films }: SeekBarProps) {
  const { tag, strings, languages } = useStrings(watchStrings);
  const bar = useRef<HTMLDivElement>(null);
  // Seconds of the timeline that the pointer is over; that a finger or the pointer drags to.
  const [hovered, setHovered] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const { range, instant } = snapshot;
  const start = range?.start ?? 0;
  const live = range?.live ?? 1;
  const length = Math.max(live - start, 0.001);
  const position = dragged ?? Math.min(Math.max(snapshot.position, start), live);
  const clockAt = (seconds: number) =>
    instant === null
      ? formatLength(seconds - start)
      : formatTimeExactly(instant + (seconds - snapshot.position) * 1000, tag);
  const titleAt = (seconds: number) => {
    const place = placeAt(films, seconds, snapshot);
    return place ? pickText(place.film.title, languages) : '';
  };
  const marks = beginnings(films, start, live, snapshot);
  const share = (seconds: number) => ((seconds - start) / length) * 100;
  const looked = dragged ?? hovered;
  const place = looked === null ? null : placeAt(films, looked, snapshot);

  const onPointerMove = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (!box || event.pointerType === 'touch') return;
    const at = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    setHovered(start + at * length);
  };

  return (
    <div class="seek" ref={bar} onPointerMove={onPointerMove} onPointerLeave={() => setHovered(null)}>
      <div class="track" aria-hidden="true">
        <div class="played" style={{ width: `${share(position)}%` }} />
        {marks.length <= kMostMarks &&
          marks.map((at) => (
          <div class="mark" key={Math.round(at)} style={{ left: `${share(at)}%` }} />
        ))}
        <div class="knob" style={{ left: `${share(position)}%` }} />
      </div>
      <input
        type="range"
        step="any"
        min={start}
        max={live}
        value={position}
        disabled={range === null}
        aria-label={strings.position}
        aria-valuetext={[clockAt(position), titleAt(position)].filter(Boolean).join(', ')}
        onInput={(event) => setDragged(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          player.seek(event.currentTarget.valueAsNumber);
          setDragged(null);
        }}
      />
      {looked !== null && range !== null && (
        <div class="preview" style={{ left: `clamp(${kPreviewWidth / 2}px, ${share(looked)}%, calc(100% - ${kPreviewWidth / 2}px))` }}>
          {place?.film.thumbnails && (
            <Thumbnail thumbnails={place.film.thumbnails} seconds={place.seconds} width={kPreviewWidth} />
          )}
          {place && <span class="preview-title">{pickText(place.film.title, languages)}</span>}
          <span class="time">{clockAt(looked)}</span>
        </div>
      )}
    </div>
  );
}
