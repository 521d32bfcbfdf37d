// One entry: what is said of it, what was found in it, its subtitles.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { kLanguages, useStrings } from '../locale';
import { fill, formatLength } from '../text';
import { Button } from '../ui/button';
import { Dialog, useUnsaved } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { useToast } from '../ui/toast';
import { changeEntry, fetchEntryDetails, type EntryChange, type EntryDetails } from './api';
import { Poster, useTitles } from './catalogue';
import { entriesStrings } from './entries_strings';
import { useLoaded } from './live';
import { changed, merge, type Fields } from './merge';
import { useFailure } from './session';
import { studioStrings } from './strings';
import { SubtitleFiles } from './subtitle_files';
import type { Uploads } from './uploads';

const kTitle = 'title.';

function fieldsOf({ title, author, country }: EntryDetails): Fields {
  const titles = Object.entries(title).map(([tag, text]) => [`${kTitle}${tag}`, text]);
  return { ...Object.fromEntries(titles), author, country };
}

function changeOf(before: Fields, after: Fields): EntryChange {
  const title: Record<string, string | null> = {};
  const change: Record<string, unknown> = {};
  for (const name of changed(before, after)) {
    const text = (after[name] ?? '').trim();
    if (name.startsWith(kTitle)) title[name.slice(kTitle.length)] = text || null;
    else change[name] = text;
  }
  return Object.keys(title).length > 0 ? { ...change, title } : change;
}

export function EntryPanel(props: {
  readonly id: string;
  readonly uploads: Uploads;
  readonly onClose: () => void;
}) {
  const { id, uploads, onClose } = props;
  const titleOf = useTitles();
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchEntryDetails(id, signal), [id]),
    (type, data) => (type === 'entry' && data['id'] === id) || (type === 'job' && data['entry'] === id && data['state'] !== 'running'),
  );
  return (
    <Dialog title={titleOf(id)} onClose={onClose}>
      <div class="entry-panel">
        {!value && error && (error.status === 404 ? <p class="error">{error.message}</p> : <ServerSilent />)}
        {!value && !error && <Waiting />}
        {value && <Details found={value} uploads={uploads} reload={reload} />}
      </div>
    </Dialog>
  );
}

function Details(props: {
  readonly found: Tagged<EntryDetails>;
  readonly uploads: Uploads;
  readonly reload: () => void;
}) {
  const { found, uploads, reload } = props;
  const { strings } = useStrings(entriesStrings);
  const entry = found.value;
  return (
    <>
      <div class="entry-head">
        <Poster entry={entry} />
        <div>
          <p class="soft">
            {entry.source}
            {entry.duration_ms !== null && ` · ${formatLength(entry.duration_ms / 1000)}`}
          </p>
          {entry.playlists.length > 0 && (
            <p class="soft">{fill(strings.usedIn, { playlists: entry.playlists.join(', ') })}</p>
          )}
          {entry.reason && <p class="error">{entry.reason}</p>}
          {entry.master && (
            <a class="button" href={`/watch/entries/${encodeURIComponent(entry.id)}`}>
              {strings.play}
            </a>
          )}
        </div>
      </div>
      <Description found={found} />
      <Quality entry={entry} />
      <SubtitleFiles entry={entry} uploads={uploads} onChanged={reload} />
    </>
  );
}

/** The fields. Whoever else changes them meanwhile loses nothing, nor does who types here. */
function Description({ found }: { readonly found: Tagged<EntryDetails> }) {
  const { strings, tag } = useStrings(entriesStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const failure = useFailure();
  const [base, setBase] = useState(found);
  const [fields, setFields] = useState(() => fieldsOf(found.value));
  const [theirs, setTheirs] = useState<Fields>({});
  const [conflicts, setConflicts] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const before = fieldsOf(base.value);
  const dirty = changed(before, fields).length > 0;
  useUnsaved(dirty);

  const takeIn = (now: Tagged<EntryDetails>): readonly string[] => {
    const merged = merge(before, fields, fieldsOf(now.value));
    setBase(now);
    setFields(merged.fields);
    setTheirs(fieldsOf(now.value));
    setConflicts(merged.conflicts);
    return merged.conflicts;
  };
  useEffect(() => {
    if (found.etag === base.etag) return;
    const met = changed(before, fieldsOf(found.value)).length > 0;
    if (takeIn(found).length === 0 && dirty && met) toast(strings.merged);
  }, [found]);

  const save = async () => {
    setBusy(true);
    try {
      const now = await changeEntry(base.value.id, changeOf(before, fields), base.etag);
      setBase(now);
      setFields(fieldsOf(now.value));
      setConflicts([]);
      toast(strings.saved);
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        // Somebody was first: what they did is put together with this, and saving stays a decision.
        try {
          if (takeIn(await fetchEntryDetails(base.value.id)).length === 0) toast(strings.merged);
        } catch (second) {
          failure(second);
        }
      } else {
        failure(error);
      }
    }
    setBusy(false);
  };

  const nameOf = new Intl.DisplayNames([tag], { type: 'language' });
  const titles = new Set<string>(kLanguages.map((language) => language.tag));
  for (const name of Object.keys(fields)) {
    if (name.startsWith(kTitle)) titles.add(name.slice(kTitle.length));
  }
  const names = [...[...titles].map((language) => `${kTitle}${language}`), 'author', 'country'];
  const labelOf = (name: string) =>
    name === 'author'
      ? strings.author
      : name === 'country'
        ? strings.country
        : fill(strings.titleIn, { language: nameOf.of(name.slice(kTitle.length)) ?? name });
  return (
    <form
      class="description"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {conflicts.length > 0 && (
        <p class="banner" role="alert">
          {strings.conflict}
        </p>
      )}
      {names.map((name) => (
        <div key={name} data-field={name}>
          <Field label={labelOf(name)}>
            {(input) => (
              <input
                {...input}
                lang={name.startsWith(kTitle) ? name.slice(kTitle.length) : undefined}
                maxLength={name === 'country' ? 200 : 500}
                value={fields[name] ?? ''}
                onInput={(event) => setFields({ ...fields, [name]: event.currentTarget.value })}
              />
            )}
          </Field>
          {conflicts.includes(name) && (
            <Versus
              mine={fields[name] ?? ''}
              theirs={theirs[name] ?? ''}
              onChoose={(text) => {
                setFields({ ...fields, [name]: text });
                setConflicts(conflicts.filter((each) => each !== name));
              }}
            />
          )}
        </div>
      ))}
      <button type="submit" class="button primary" disabled={busy || !dirty}>
        {studio.save}
      </button>
    </form>
  );
}

function Versus(props: {
  readonly mine: string;
  readonly theirs: string;
  readonly onChoose: (text: string) => void;
}) {
  const { strings } = useStrings(entriesStrings);
  return (
    <p class="versus">
      <Button onClick={() => props.onChoose(props.mine)}>
        {fill(strings.mine, { text: props.mine || strings.empty })}
      </Button>
      <Button onClick={() => props.onChoose(props.theirs)}>
        {fill(strings.theirs, { text: props.theirs || strings.empty })}
      </Button>
    </p>
  );
}

function Quality({ entry }: { readonly entry: EntryDetails }) {
  const { strings, tag } = useStrings(entriesStrings);
  const { quality } = entry;
  const number = (value: number | null) =>
    value === null ? '–' : new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }).format(value);
  return (
    <section>
      <h3>{strings.quality}</h3>
      {!quality && <p>{strings.noQuality}</p>}
      {quality?.loudness && (
        <p>
          {fill(strings.loudness, {
            lufs: number(quality.loudness.integrated_lufs),
            peak: number(quality.loudness.true_peak_dbtp),
            gain: number(quality.loudness.gain_db),
          })}
        </p>
      )}
      {quality && quality.notes.length === 0 && <p>{strings.noNotes}</p>}
      <ul class="notes">
        {quality?.notes.map(({ severity, code, message }) => (
          <li key={`${code}${message}`}>
            <span class={`badge ${{ info: 'quiet', warning: 'warn', error: 'bad' }[severity]}`}>
              {strings[severity]}
            </span>{' '}
            {message}
          </li>
        ))}
      </ul>
    </section>
  );
}
