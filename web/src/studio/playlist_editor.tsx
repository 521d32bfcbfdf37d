// One playlist: every edit is saved as a draft at once, which nobody sees before it is published; so
// that the checks and the preview are of what stands here.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { useStrings, type PluralForms } from '../locale';
import { fill, formatLength, plural } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { ServerSilent, Waiting } from '../ui/notices';
import { fillWith, ServerText, type Said } from '../ui/server_text';
import { useToast } from '../ui/toast';
import {
  checkPlaylist, fetchEntryDetails, fetchHistory, fetchPlaylist, fetchPlaylists, savePlaylist,
  type Findings, type Job, type Playlist, type PlaylistItem,
} from './api';
import { useCatalogue, useTitles } from './catalogue';
import { fetchAllChannels } from './channels';
import { StudioLink } from './link';
import { useLoaded } from './live';
import {
  begun, diff, edited, itemsOf, linesOf, moved, plainItem, redone, sameItems, timing, undone, without,
  type History, type Line, type Lines,
} from './playlist';
import { ItemList, Library, SelectionBar } from './playlist_items';
import { PreviewDialog } from './preview';
import { PublishDialog } from './publish';
import { playlistsStrings } from './playlists_strings';
import { studioAddress } from './route';
import { doubled, gathered, kNothingSelected, nudged, pruned, withoutAll } from './selection';
import { planMeanings } from './server_texts';
import { reasonOf, useAccount } from './session';
import { studioStrings } from './strings';
import { Told } from './told';
import { TrimDialog } from './trim';
import { isWhole, partOfVariant } from './trim_points';
import { trimStrings } from './trim_strings';

const kPause = 500; // milliseconds without an edit before it is saved

export function PlaylistEditor({ id }: { readonly id: string }) {
  const { value, error } = useLoaded(
    useCallback((signal: AbortSignal) => fetchPlaylist(id, signal), [id]),
    (type, data) => type === 'playlist' && data['id'] === id,
  );
  if (value) return <Editor found={value} />;
  if (error && error.status !== 0) return <p class="error"><ServerText>{error.message}</ServerText></p>;
  return error ? <ServerSilent /> : <Waiting />;
}

interface Conflict {
  readonly theirs: Tagged<Playlist>;
  readonly author: string;
}

/** Who made the newest version; "" when that cannot be found out. */
async function authorOf(id: string): Promise<string> {
  try {
    return (await fetchHistory(id)).at(-1)?.author ?? '';
  } catch (error) {
    if (error instanceof ApiError) return '';
    throw error;
  }
}

function Editor({ found }: { readonly found: Tagged<Playlist> }) {
  const { strings, tag } = useStrings(playlistsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { strings: trims } = useStrings(trimStrings);
  const { entries, parts } = useCatalogue();
  const { session, check } = useAccount();
  const titleOf = useTitles();
  const toast = useToast();
  const lastKey = useRef(0);
  const newKey = () => ++lastKey.current;
  const [base, setBase] = useState(found);
  const [history, setHistory] = useState<History<Lines>>(() =>
    begun(linesOf(found.value.items, [], newKey)),
  );
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [failed, setFailed] = useState<Said>('');
  const [saving, setSaving] = useState(false);
  const [dialog, setDialog] = useState<'preview' | 'publish' | null>(null);
  const [spoken, setSpoken] = useState('');
  const { id } = base.value;
  const lines = history.present;
  const items = itemsOf(lines);
  const dirty = !sameItems(base.value.items, items);

  const edit = (next: Lines, said = '') => {
    setHistory((before) => edited(before, next));
    setSpoken(said);
  };

  const [stored, setSelection] = useState(kNothingSelected);
  const selection = pruned(lines, stored);
  const [trimmed, setTrimmed] = useState<Line | null>(null);
  const editMany = (next: Lines, said: PluralForms, count = selection.keys.size) => {
    if (next !== lines) edit(next, fill(plural(said, count, tag), { n: count }));
  };
  const many = {
    onNudge: (by: -1 | 1) => editMany(nudged(lines, selection.keys, by), strings.movedAll),
    onRemoveSelected: () => editMany(withoutAll(lines, selection.keys), strings.removedAll),
    onDouble: () => {
      const { lines: next, copies } = doubled(lines, selection.keys, newKey);
      editMany(next, strings.duplicated);
      setSelection(copies);
    },
  };
  const jobOf = ({ item }: Line): Job | undefined =>
    isWhole(item)
      ? undefined
      : parts.find(({ entry, variant }) => {
          const part = partOfVariant(variant ?? null);
          return entry === item.entry && part?.in === item.in && part.out === item.out;
        });

  // What others have saved comes in by itself while nothing is unsaved here.
  useEffect(() => {
    if (found.etag === base.etag || found.value.draft < base.value.draft || dirty || saving) return;
    const others = !sameItems(found.value.items, base.value.items);
    setBase(found);
    if (!others) return;
    setHistory((before) => edited(before, linesOf(found.value.items, before.present, newKey)));
    void authorOf(id).then((author) => {
      toast(fill(strings.changedBy, { author: author || session.name }));
    });
  }, [found, dirty, saving]);

  const save = async () => {
    setSaving(true);
    try {
      setBase(await savePlaylist(id, base.value.title, items, base.etag));
      setFailed('');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 412) await meet();
      else {
        if (error.status === 401) check();
        setFailed(reasonOf(error, studio.noAnswer));
      }
    }
    setSaving(false);
  };
  const meet = async () => {
    try {
      const theirs = await fetchPlaylist(id);
      const mineToo = sameItems(theirs.value.items, items);
      // It may have been published only, which takes nothing from what is edited here.
      const asBefore = sameItems(theirs.value.items, base.value.items);
      if (mineToo || asBefore) setBase(theirs);
      else setConflict({ theirs, author: await authorOf(id) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(reasonOf(error, studio.noAnswer));
    }
  };
  const latest = useRef({ dirty, save, conflict });
  latest.current = { dirty, save, conflict };
  useEffect(() => {
    if (!dirty || saving || conflict) return;
    const timer = window.setTimeout(() => void latest.current.save(), failed ? 3_000 : kPause);
    return () => window.clearTimeout(timer);
  }, [lines, base, dirty, saving, conflict, failed]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (latest.current.dirty) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      if (latest.current.dirty && !latest.current.conflict) void latest.current.save();
    };
  }, []);

  const rates = useFrameRates(items);
  const { times, total } = timing(
    items,
    (entry) => entries?.get(entry)?.duration_ms ?? null,
    (entry) => rates.get(entry) ?? null,
  );
  const findings = useFindings(id, base.value.version);
  const [inPlace, elsewhere] = split(findings, id);

  useUndoKeys(
    () => setHistory(undone),
    () => setHistory(redone),
  );
  return (
    <div class="editor">
      <p>
        <StudioLink to={studioAddress('playlists')}>{strings.allPlaylists}</StudioLink>
      </p>
      <div class="head">
        <h1>{base.value.title || id}</h1>
        <p class={failed ? 'error' : 'soft'} role="status" data-saved={!dirty && !saving}>
          {failed && dirty
            ? fillWith(strings.unsaved, { reason: failed })
            : dirty || saving
              ? strings.saving
              : fill(strings.saved, { n: base.value.draft })}
        </p>
        <Button disabled={history.past.length === 0} onClick={() => setHistory(undone)}>
          {studio.undo}
        </Button>
        <Button disabled={history.future.length === 0} onClick={() => setHistory(redone)}>
          {studio.redo}
        </Button>
        <Button disabled={dirty || items.length === 0} onClick={() => setDialog('preview')}>
          {strings.preview}
        </Button>
        <Button kind="primary" disabled={dirty || saving} onClick={() => setDialog('publish')}>
          {strings.publish}
        </Button>
      </div>
      <p class="unseen" role="status">
        {spoken}
      </p>
      <div class="columns">
        <section aria-label={base.value.title || id}>
          <p class="soft">
            {fill(plural(strings.items, items.length, tag), { n: items.length })} ·{' '}
            {fill(strings.total, { time: formatLength(total / 1000) })}
            {findings && ` · ${fill(strings.checkedOn, { channel: findings.channel })}`}
            {findings && findings.findings.length === 0 && `: ${strings.fine}`}
          </p>
          {items.length === 0 && <p>{strings.empty}</p>}
          {items.length > 1 && (
            <SelectionBar
              lines={lines}
              selection={selection}
              onSelect={setSelection}
              onNudge={many.onNudge}
              onDouble={many.onDouble}
              onRemove={many.onRemoveSelected}
            />
          )}
          <ItemList
            lines={lines}
            times={times}
            // Places in the list are those of what was checked.
            findings={dirty ? [] : inPlace}
            selection={selection}
            jobOf={jobOf}
            onSelect={setSelection}
            onTrim={setTrimmed}
            onGather={(to) => editMany(gathered(lines, selection.keys, to), strings.movedAll)}
            {...many}
            onMove={(from, to) => {
              const next = moved(lines, from, to);
              const at = next.indexOf(lines[from] as Lines[number]);
              const said = fill(strings.movedTo, {
                title: titleOf(lines[from]?.item.entry ?? ''), n: at + 1, total: lines.length,
              });
              if (at === from) setSpoken(said);
              else edit(next, said);
            }}
            onRemove={(line) =>
              edit(without(lines, line.key), fill(strings.removed, { title: titleOf(line.item.entry) }))
            }
          />
          {elsewhere.length > 0 && findings && (
            <section>
              <h2>{fill(strings.elsewhere, { channel: findings.channel })}</h2>
              <ul class="notes">
                {elsewhere.map((finding) => (
                  <li key={`${finding.code}${finding.at}${finding.message}`} class="warning">
                    <Told meanings={planMeanings} code={finding.code} message={finding.message} />
                  </li>
                ))}
              </ul>
            </section>
          )}
        </section>
        <Library
          onAdd={(entry) =>
            edit(
              [...lines, { key: newKey(), item: plainItem(entry) }],
              fill(strings.added, { title: titleOf(entry.id), n: lines.length + 1 }),
            )
          }
        />
      </div>
      {trimmed && (
        <TrimDialog
          item={trimmed.item}
          onClose={() => setTrimmed(null)}
          onDone={(part) => {
            const title = titleOf(trimmed.item.entry);
            edit(
              lines.map((line) =>
                line.key === trimmed.key ? { ...line, item: { ...line.item, ...part } } : line,
              ),
              isWhole(part)
                ? fill(trims.takenWhole, { title })
                : fill(trims.taken, { title, from: part.in, to: part.out === null ? strings.end : part.out - 1 }),
            );
            setTrimmed(null);
          }}
        />
      )}
      {dialog === 'preview' && (
        <PreviewDialog id={id} version={base.value.version} onClose={() => setDialog(null)} />
      )}
      {dialog === 'publish' && (
        <PublishDialog
          playlist={base}
          onClose={() => setDialog(null)}
          onPublished={(now) => {
            setBase({ value: { ...base.value, published: base.value.version }, etag: now });
            setDialog(null);
          }}
        />
      )}
      {conflict && (
        <ConflictDialog
          conflict={conflict}
          before={base.value.items}
          mine={items}
          onKeep={() => {
            setBase(conflict.theirs);
            setConflict(null);
          }}
          onTake={() => {
            edit(linesOf(conflict.theirs.value.items, lines, newKey));
            setBase(conflict.theirs);
            setConflict(null);
          }}
          // Closing it decides nothing: saving is tried again, and asks again.
          onLater={() => setConflict(null)}
        />
      )}
    </div>
  );
}

/** Frames per second of those entries whose items are trimmed. */
function useFrameRates(items: readonly PlaylistItem[]): ReadonlyMap<string, number> {
  const [rates, setRates] = useState<ReadonlyMap<string, number>>(new Map());
  const asked = useRef(new Set<string>());
  useEffect(() => {
    for (const { entry, in: from, out } of items) {
      if ((from === 0 && out === null) || asked.current.has(entry)) continue;
      asked.current.add(entry);
      fetchEntryDetails(entry).then(
        ({ value: { quality } }) => {
          if (!quality) return;
          const { numerator, denominator } = quality.frame_rate;
          setRates((before) => new Map(before).set(entry, numerator / denominator));
        },
        (error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          asked.current.delete(entry); // the length stays open until the next edit
        },
      );
    }
  }, [items]);
  return rates;
}

/** What the checks say of a version, for a channel that plays it, or else for any. */
function useFindings(id: string, version: number): Findings | null {
  const { value, reload } = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const playing = (await fetchPlaylists(signal)).find((playlist) => playlist.id === id)?.channels[0];
        const channel = playing ?? (await fetchAllChannels(signal))[0]?.id;
        return channel ? await checkPlaylist(id, channel, signal) : { channel: '', findings: [] };
      },
      [id],
    ),
    (type, data) =>
      type === 'entry' || type === 'schedule' || type === 'channel' ||
      (type === 'job' && data['state'] !== 'running'), // a part may be there now
  );
  useEffect(reload, [version]);
  return value?.channel ? value : null;
}

/** Those of items of this playlist, and the rest. A channel without a schedule has the block "loop". */
function split(findings: Findings | null, id: string) {
  const all = findings?.findings ?? [];
  const here = ({ block, item }: Findings['findings'][number]) =>
    item !== null && (block === id || block === 'loop');
  return [all.filter(here), all.filter((finding) => !here(finding))] as const;
}

function useUndoKeys(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input:not([type=checkbox]), textarea, select');
      if (typing || !(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) redo();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function ConflictDialog(props: {
  readonly conflict: Conflict;
  readonly before: readonly PlaylistItem[];
  readonly mine: readonly PlaylistItem[];
  readonly onKeep: () => void;
  readonly onTake: () => void;
  readonly onLater: () => void;
}) {
  const { conflict, before, mine, onKeep, onTake, onLater } = props;
  const { strings } = useStrings(playlistsStrings);
  const theirs = conflict.theirs.value;
  return (
    <Dialog
      title={strings.conflictTitle}
      onClose={onLater}
      actions={
        <>
          <Button onClick={onTake}>{strings.takeTheirs}</Button>
          <Button kind="primary" onClick={onKeep}>
            {strings.keepMine}
          </Button>
        </>
      }
    >
      <div class="wide">
        <p>{fill(strings.conflictBody, { author: conflict.author || '?', n: theirs.draft })}</p>
        <div class="columns two">
          <Version name={strings.mine} before={before} after={mine} />
          <Version name={strings.theirs} before={before} after={theirs.items} />
        </div>
      </div>
    </Dialog>
  );
}

function Version(props: {
  readonly name: string;
  readonly before: readonly PlaylistItem[];
  readonly after: readonly PlaylistItem[];
}) {
  const { strings } = useStrings(playlistsStrings);
  const titleOf = useTitles();
  return (
    <section>
      <h3>{props.name}</h3>
      <ol class="diff">
        {diff(props.before, props.after).map(({ change, item }, at) => (
          <li key={at} class={change}>
            {titleOf(item.entry)}
            {change !== 'same' && <span class="badge quiet">{strings[`c_${change}`]}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
