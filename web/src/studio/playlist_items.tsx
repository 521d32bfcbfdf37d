// The items of a playlist, to be put in order by pointer or by keys, and the entries to add.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill, formatLength } from '../text';
import { IconButton } from '../ui/button';
import { Field } from '../ui/field';
import type { EntrySummary, Finding } from './api';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { mentions } from './filter';
import { ready } from './picker';
import { dropIndex, type Line, type Lines, type Timing } from './playlist';
import { playlistsStrings } from './playlists_strings';
import { studioStrings } from './strings';

export interface ItemListProps {
  readonly lines: Lines;
  readonly times: readonly Timing[];
  readonly findings: readonly Finding[];
  readonly onMove: (from: number, to: number) => void;
  readonly onRemove: (line: Line) => void;
}

interface Drag {
  readonly key: number;
  /** Pixels that it has been moved down. */
  readonly by: number;
  /** Where it would be. */
  readonly to: number;
}

const kEdge = 60; // pixels from the window's edge where dragging scrolls

export function ItemList({ lines, times, findings, onMove, onRemove }: ItemListProps) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  // A moved row is taken out of the document and put in again, which loses the focus.
  const focus = useRef<{ readonly key: number; readonly action: string } | null>(null);
  useLayoutEffect(() => {
    const wanted = focus.current;
    if (!wanted) return;
    focus.current = null;
    list.current
      ?.querySelector<HTMLElement>(`[data-key="${wanted.key}"] [data-action="${wanted.action}"] button`)
      ?.focus();
  }, [lines]);

  const rowOf = (key: number) => list.current?.querySelector<HTMLElement>(`[data-key="${key}"]`) ?? null;

  const beginDrag = (key: number, event: PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    const from = lines.findIndex((line) => line.key === key);
    const grabbed = event.clientY + window.scrollY;
    const end = new AbortController();
    const { signal } = end;
    let to = from;
    const stop = () => {
      end.abort();
      setDrag(null);
    };
    handle.addEventListener('pointermove', (move) => {
      if (move.clientY < kEdge) window.scrollBy(0, -12);
      if (move.clientY > window.innerHeight - kEdge) window.scrollBy(0, 12);
      const middles = lines
        .filter((line) => line.key !== key)
        .map((line) => {
          const box = rowOf(line.key)?.getBoundingClientRect();
          return box ? box.top + box.height / 2 : 0;
        });
      to = dropIndex(middles, move.clientY);
      setDrag({ key, by: move.clientY + window.scrollY - grabbed, to });
    }, { signal });
    handle.addEventListener('pointerup', () => {
      stop();
      if (to !== from) onMove(from, to);
    }, { signal });
    handle.addEventListener('pointercancel', stop, { signal });
    window.addEventListener('keydown', (key) => {
      if (key.key === 'Escape') stop();
    }, { signal });
  };

  const others = drag ? lines.filter((line) => line.key !== drag.key) : [];
  return (
    <ol class={`items ${drag ? 'dragging' : ''}`} ref={list}>
      {lines.map((line, at) => (
        <Item
          key={line.key}
          line={line}
          number={at + 1}
          timing={times[at] as Timing}
          findings={findings.filter((finding) => finding.item === at)}
          dragged={drag?.key === line.key ? drag.by : null}
          mark={!drag ? '' : others[drag.to]?.key === line.key ? 'drop-before' : drag.to === others.length && others.at(-1)?.key === line.key ? 'drop-after' : ''}
          onGrab={(event) => beginDrag(line.key, event)}
          onMove={(to, action) => {
            focus.current = { key: line.key, action };
            onMove(at, Math.min(lines.length - 1, Math.max(0, at + to)));
          }}
          onRemove={() => {
            const next = lines[at + 1] ?? lines[at - 1];
            if (next) focus.current = { key: next.key, action: 'remove' };
            onRemove(line);
          }}
        />
      ))}
    </ol>
  );
}

function Item(props: {
  readonly line: Line;
  readonly number: number;
  readonly timing: Timing;
  readonly findings: readonly Finding[];
  readonly dragged: number | null;
  readonly mark: string;
  readonly onGrab: (event: PointerEvent) => void;
  readonly onMove: (by: number, action: string) => void;
  readonly onRemove: () => void;
}) {
  const { line, number, timing, findings, dragged, mark, onGrab, onMove, onRemove } = props;
  const { strings } = useStrings(playlistsStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const { item } = line;
  const title = titleOf(item.entry);
  return (
    <li
      data-key={line.key}
      data-entry={item.entry}
      class={`${mark} ${dragged === null ? '' : 'dragged'}`}
      style={dragged === null ? {} : { transform: `translateY(${dragged}px)` }}
      onKeyDown={(event) => {
        if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
        event.preventDefault();
        const action = (event.target as HTMLElement).closest<HTMLElement>('[data-action]')?.dataset['action'];
        onMove(event.key === 'ArrowUp' ? -1 : 1, action ?? 'up');
      }}
    >
      <span class="handle" title={fill(strings.drag, { title })} aria-hidden="true" onPointerDown={onGrab}>
        ⠿
      </span>
      <span class="number time">{number}</span>
      <Poster entry={entries?.get(item.entry)} />
      <div class="what">
        <p class="title">{title}</p>
        <p class="soft small">
          <span class="time">+{formatLength(timing.start / 1000)}</span>
          {item.kind !== 'entry' && ` · ${item.kind}`}
          {(item.in > 0 || item.out !== null) &&
            ` · ${fill(strings.trimmed, { from: item.in, to: item.out ?? strings.end })}`}
        </p>
        {findings.map((finding) => (
          <p key={`${finding.code}${finding.message}`} class={`small ${finding.severity}`}>
            <span aria-hidden="true">⚠ </span>
            {finding.message}
          </p>
        ))}
      </div>
      <span class="time">
        {timing.length === null ? strings.unknownLength : formatLength(timing.length / 1000)}
      </span>
      <span class="buttons">
        <span data-action="up">
          <IconButton icon="up" shortcut="Alt+ArrowUp" label={fill(strings.up, { title })} onClick={() => onMove(-1, 'up')} />
        </span>
        <span data-action="down">
          <IconButton icon="down" shortcut="Alt+ArrowDown" label={fill(strings.down, { title })} onClick={() => onMove(1, 'down')} />
        </span>
        <span data-action="remove">
          <IconButton icon="close" label={fill(strings.remove, { title })} onClick={onRemove} />
        </span>
      </span>
    </li>
  );
}

const kShown = 60;

/** Entries to be added at the end. */
export function Library({ onAdd }: { readonly onAdd: (entry: EntrySummary) => void }) {
  const { strings } = useStrings(playlistsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const [words, setWords] = useState('');
  const found = ready(entries).filter((entry) => mentions(entry, words));
  return (
    <section class="library" aria-label={strings.library}>
      <h2>{strings.library}</h2>
      <Field label={studio.search}>
        {(input) => (
          <input
            {...input}
            type="search"
            placeholder={studio.searchHint}
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        )}
      </Field>
      <ul class="picker-list">
        {found.slice(0, kShown).map((entry) => (
          <li key={entry.id} class="picker-row">
            <Poster entry={entry} />
            <span class="title">{titleOf(entry.id)}</span>
            <span class="soft time">{formatLength((entry.duration_ms ?? 0) / 1000)}</span>
            <IconButton
              icon="add"
              label={fill(strings.add, { title: titleOf(entry.id) })}
              onClick={() => onAdd(entry)}
            />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="soft">{studio.nothingFound}</p>}
    </section>
  );
}
