// The items of a playlist, to be put in order by pointer or by keys, and the entries to add.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill, formatLength, plural } from '../text';
import { Button, IconButton } from '../ui/button';
import { Field } from '../ui/field';
import type { EntrySummary, Finding, Job } from './api';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { mentions } from './filter';
import { ready } from './picker';
import { dropIndex, type Line, type Lines, type Timing } from './playlist';
import { playlistsStrings } from './playlists_strings';
import {
  allOf, extended, isSelected, kNothingSelected, only, toggled, type Selection,
} from './selection';
import { planMeanings } from './server_texts';
import { studioStrings } from './strings';
import { Told } from './told';
import { trimStrings } from './trim_strings';

export interface ItemListProps {
  readonly lines: Lines;
  readonly times: readonly Timing[];
  readonly findings: readonly Finding[];
  readonly selection: Selection;
  /** What prepares the part of a line, if anything does. */
  readonly jobOf: (line: Line) => Job | undefined;
  readonly onSelect: (selection: Selection) => void;
  readonly onMove: (from: number, to: number) => void;
  readonly onRemove: (line: Line) => void;
  readonly onTrim: (line: Line) => void;
  /** Those that are selected, together before number `to` of the others. */
  readonly onGather: (to: number) => void;
  readonly onNudge: (by: -1 | 1) => void;
  readonly onRemoveSelected: () => void;
  readonly onDouble: () => void;
}

interface Drag {
  readonly keys: ReadonlySet<number>;
  /** Pixels that they have been moved down. */
  readonly by: number;
  /** Where they would be, among the others. */
  readonly to: number;
}

const kEdge = 60; // pixels from the window's edge where dragging scrolls

export function ItemList(props: ItemListProps) {
  const { lines, times, findings, selection, onSelect, onMove, onRemove } = props;
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  // A moved row is taken out of the document and put in again, which loses the focus.
  const focus = useRef<{ readonly key: number; readonly action: string } | null>(null);
  useLayoutEffect(() => {
    const wanted = focus.current;
    if (!wanted) return;
    focus.current = null;
    list.current
      ?.querySelector<HTMLElement>(
        `[data-key="${wanted.key}"] [data-action="${wanted.action}"] :is(button, input)`,
      )
      ?.focus();
  }, [lines]);

  const rowOf = (key: number) => list.current?.querySelector<HTMLElement>(`[data-key="${key}"]`) ?? null;

  const beginDrag = (key: number, event: PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    const several = selection.keys.has(key) && selection.keys.size > 1;
    const keys = several ? selection.keys : new Set([key]);
    const from = lines.findIndex((line) => line.key === key);
    const grabbed = event.clientY + window.scrollY;
    const end = new AbortController();
    const { signal } = end;
    let to = -1;
    const stop = () => {
      end.abort();
      setDrag(null);
    };
    handle.addEventListener('pointermove', (move) => {
      if (move.clientY < kEdge) window.scrollBy(0, -12);
      if (move.clientY > window.innerHeight - kEdge) window.scrollBy(0, 12);
      const middles = lines
        .filter((line) => !keys.has(line.key))
        .map((line) => {
          const box = rowOf(line.key)?.getBoundingClientRect();
          return box ? box.top + box.height / 2 : 0;
        });
      to = dropIndex(middles, move.clientY);
      setDrag({ keys, by: move.clientY + window.scrollY - grabbed, to });
    }, { signal });
    handle.addEventListener('pointerup', () => {
      stop();
      if (to < 0) return;
      if (several) props.onGather(to);
      else if (to !== from) onMove(from, to);
    }, { signal });
    handle.addEventListener('pointercancel', stop, { signal });
    window.addEventListener('keydown', (key) => {
      if (key.key === 'Escape') stop();
    }, { signal });
  };

  const keepFocus = (event: Event) => {
    const target = event.target as HTMLElement;
    const key = target.closest<HTMLElement>('[data-key]')?.dataset['key'];
    const action = target.closest<HTMLElement>('[data-action]')?.dataset['action'];
    if (key && action) focus.current = { key: Number(key), action };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { keys } = selection;
    const command = event.ctrlKey || event.metaKey;
    const arrow = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    const key = Number((event.target as HTMLElement).closest<HTMLElement>('[data-key]')?.dataset['key']);
    if (command && event.key.toLowerCase() === 'a') onSelect(allOf(lines));
    else if (event.key === 'Escape' && keys.size > 0 && !drag) onSelect(kNothingSelected);
    else if (command && event.key.toLowerCase() === 'd' && keys.size > 0) props.onDouble();
    else if (event.key === 'Delete' && keys.size > 0) {
      const last = lines.reduce((found, line, at) => (keys.has(line.key) ? at : found), 0);
      const rest = lines.filter((line) => !keys.has(line.key));
      const next = lines.slice(last).find((line) => !keys.has(line.key)) ?? rest.at(-1);
      if (next) focus.current = { key: next.key, action: 'select' };
      props.onRemoveSelected();
    }
    else if (arrow !== 0 && event.altKey && keys.has(key)) {
      keepFocus(event);
      props.onNudge(arrow as -1 | 1);
    } else if (arrow !== 0 && !event.altKey && (event.target as HTMLElement).matches('[type=checkbox]')) {
      const next = lines[lines.findIndex((line) => line.key === key) + arrow];
      if (!next) return;
      rowOf(next.key)?.querySelector<HTMLElement>('[type=checkbox]')?.focus();
      if (event.shiftKey) {
        const begun = selection.anchor === null ? only(key) : selection;
        onSelect(extended(lines, begun, next.key));
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const others = drag ? lines.filter((line) => !drag.keys.has(line.key)) : [];
  const markOf = (key: number) => {
    if (!drag) return '';
    if (others[drag.to]?.key === key) return 'drop-before';
    return drag.to === others.length && others.at(-1)?.key === key ? 'drop-after' : '';
  };
  return (
    <ol class={`items ${drag ? 'dragging' : ''}`} ref={list} onKeyDown={onKeyDown}>
      {lines.map((line, at) => (
        <Item
          key={line.key}
          line={line}
          number={at + 1}
          timing={times[at] as Timing}
          findings={findings.filter((finding) => finding.item === at)}
          job={props.jobOf(line)}
          selected={isSelected(selection, line.key)}
          dragged={drag?.keys.has(line.key) ? drag.by : null}
          mark={markOf(line.key)}
          onSelect={(how) =>
            onSelect(
              how === 'range'
                ? extended(lines, selection, line.key)
                : how === 'toggle'
                  ? toggled(selection, line.key)
                  : only(line.key),
            )
          }
          onGrab={(event) => beginDrag(line.key, event)}
          onTrim={() => props.onTrim(line)}
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

/** What is done with several items at once. */
export function SelectionBar(props: {
  readonly lines: Lines;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly onNudge: (by: -1 | 1) => void;
  readonly onDouble: () => void;
  readonly onRemove: () => void;
}) {
  const { lines, selection, onSelect } = props;
  const { strings, tag } = useStrings(playlistsStrings);
  const count = selection.keys.size;
  const said = fill(plural(strings.selected, count, tag), { n: count });
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (box.current) box.current.indeterminate = count > 0 && count < lines.length;
  }, [count, lines.length]);
  return (
    <div
      class="selection-bar"
      role="group"
      aria-label={strings.selection}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && count > 0) onSelect(kNothingSelected);
      }}
    >
      <label class="choice">
        <input
          ref={box}
          type="checkbox"
          checked={count === lines.length}
          onChange={() => onSelect(count === lines.length ? kNothingSelected : allOf(lines))}
        />
        {count === 0 ? strings.selectAll : said}
      </label>
      <span class="unseen" role="status">
        {count > 0 && said}
      </span>
      {count > 0 && (
        <>
          <Button icon="up" onClick={() => props.onNudge(-1)}>
            {strings.selectedUp}
          </Button>
          <Button icon="down" onClick={() => props.onNudge(1)}>
            {strings.selectedDown}
          </Button>
          <Button onClick={props.onDouble}>{strings.duplicate}</Button>
          <Button
            onClick={() => {
              box.current?.focus(); // the button goes
              props.onRemove();
            }}
          >
            {strings.removeSelected}
          </Button>
        </>
      )}
    </div>
  );
}

function Item(props: {
  readonly line: Line;
  readonly number: number;
  readonly timing: Timing;
  readonly findings: readonly Finding[];
  readonly job: Job | undefined;
  readonly selected: boolean;
  readonly dragged: number | null;
  readonly mark: string;
  readonly onSelect: (how: 'only' | 'toggle' | 'range') => void;
  readonly onGrab: (event: PointerEvent) => void;
  readonly onTrim: () => void;
  readonly onMove: (by: number, action: string) => void;
  readonly onRemove: () => void;
}) {
  const { line, number, timing, findings, job, selected, dragged, mark, onGrab, onMove, onRemove } = props;
  const { strings } = useStrings(playlistsStrings);
  const { strings: trims } = useStrings(trimStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const { item } = line;
  const title = titleOf(item.entry);
  const howOf = (event: MouseEvent) =>
    event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only';
  return (
    <li
      data-key={line.key}
      data-entry={item.entry}
      class={`${mark} ${dragged === null ? '' : 'dragged'} ${selected ? 'selected' : ''}`}
      style={dragged === null ? {} : { transform: `translateY(${dragged}px)` }}
      onMouseDown={(event) => {
        if (event.shiftKey) event.preventDefault(); // it would select text
      }}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('button, input, .handle')) return;
        props.onSelect(howOf(event));
      }}
      onKeyDown={(event) => {
        if (event.defaultPrevented || !event.altKey || selected) return;
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        const action = (event.target as HTMLElement).closest<HTMLElement>('[data-action]')?.dataset['action'];
        onMove(event.key === 'ArrowUp' ? -1 : 1, action ?? 'up');
      }}
    >
      <span class="grip" data-action="select">
        <input
          type="checkbox"
          checked={selected}
          aria-label={fill(strings.select, { title, n: number })}
          // A box that is pressed adds to what is selected, or takes away.
          onClick={(event) => props.onSelect(event.shiftKey ? 'range' : 'toggle')}
        />
        <span class="handle" title={fill(strings.drag, { title })} aria-hidden="true" onPointerDown={onGrab}>
          ⠿
        </span>
      </span>
      <span class="number time">{number}</span>
      <Poster entry={entries?.get(item.entry)} />
      <div class="what">
        <p class="title">{title}</p>
        <p class="soft small">
          <span class="time">+{formatLength(timing.start / 1000)}</span>
          {item.kind !== 'entry' && ` · ${strings[`k_${item.kind}`]}`}
          {(item.in > 0 || item.out !== null) &&
            ` · ${fill(strings.trimmed, {
              from: item.in, to: item.out === null ? strings.end : item.out - 1,
            })}`}
        </p>
        {job && (
          <p class="small preparing">
            <span class="badge warn">{trims.preparing}</span>{' '}
            <progress class="elapsed" max={1} value={job.fraction} aria-label={trims.preparing} />
          </p>
        )}
        {findings
          .filter(({ code }) => !(job && code === 'not-trimmed'))
          .map((finding) => (
            <p key={`${finding.code}${finding.message}`} class={`small ${finding.severity}`}>
              <span aria-hidden="true">⚠ </span>
              {finding.code === 'not-trimmed' ? (
                trims.preparing
              ) : (
                <Told meanings={planMeanings} code={finding.code} message={finding.message} />
              )}
            </p>
          ))}
      </div>
      <span class="time">
        {timing.length === null ? strings.unknownLength : formatLength(timing.length / 1000)}
      </span>
      <span class="buttons">
        <span data-action="trim">
          <IconButton icon="cut" label={fill(trims.trim, { title })} onClick={props.onTrim} />
        </span>
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
