// One entry: what is said of it, what was found in it, its subtitles.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { kLanguages, useStrings } from '../locale';
import { fill, formatLength, languageName } from '../text';
import { Button } from '../ui/button';
import { Dialog, useUnsaved } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { changeEntry, fetchEntryDetails, type EntryDetails } from './api';
import { Poster, useTitles } from './catalogue';
import { entriesStrings } from './entries_strings';
import {
  changeOf, fieldsOf, instantAt, isAsked, isNever, kLocalized, kUndetermined, languagesOf, momentOf,
  type Edge, type Localized, type Moment,
} from './entry_fields';
import { useLoaded } from './live';
import { changed, merge, type Fields } from './merge';
import { qualityMeanings } from './server_texts';
import { useFailure } from './session';
import { studioStrings } from './strings';
import { SubtitleFiles } from './subtitle_files';
import { Told } from './told';
import type { Uploads } from './uploads';
import { ownZone } from './zone';

const kOffered: readonly string[] = kLanguages.map(({ tag }) => tag);

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
        {!value && error && (error.status === 404 ? <p class="error"><ServerText>{error.message}</ServerText></p> : <ServerSilent />)}
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
          {entry.reason && <p class="error"><ServerText>{entry.reason}</ServerText></p>}
          {entry.master && (
            <a
              class="button"
              href={`/watch/entries/${encodeURIComponent(entry.id)}`}
              target="_blank"
              rel="noopener"
            >
              {strings.play}
              <span class="unseen"> {strings.newTab}</span>
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
  const never = isNever(fields);
  const [zone, setZone] = useState(ownZone);
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

  const nameOf = (language: string) =>
    language === kUndetermined ? strings.unnamed : languageName(language, tag);
  const set = (name: string, text: string) => setFields({ ...fields, [name]: text });
  const versus = (name: string, shown = (text: string) => text) =>
    conflicts.includes(name) && (
      <Versus
        mine={fields[name] ?? ''}
        theirs={theirs[name] ?? ''}
        shown={shown}
        onChoose={(text) => {
          set(name, text);
          setConflicts(conflicts.filter((each) => each !== name));
        }}
      />
    );
  const localized = (kind: Localized, language: string) => {
    const name = `${kind}.${language}`;
    const list = kind === 'category' || kind === 'content_notes';
    return (
      <div key={name} data-field={name}>
        <Field
          label={fill(strings[`${kind}In`], { language: nameOf(language) })}
          {...(list ? { hint: strings.onePerLine } : {})}
        >
          {(input) =>
            kind === 'title' ? (
              <input
                {...input}
                lang={language === kUndetermined ? '' : language}
                maxLength={500}
                value={fields[name] ?? ''}
                onInput={(event) => set(name, event.currentTarget.value)}
              />
            ) : (
              <textarea
                {...input}
                lang={language === kUndetermined ? '' : language}
                rows={list ? 2 : 5}
                maxLength={4000}
                value={fields[name] ?? ''}
                onInput={(event) => set(name, event.currentTarget.value)}
              />
            )
          }
        </Field>
        {versus(name)}
      </div>
    );
  };
  const plain = (name: 'author' | 'country', longest: number) => (
    <div data-field={name}>
      <Field label={strings[name]}>
        {(input) => (
          <input
            {...input}
            maxLength={longest}
            value={fields[name] ?? ''}
            onInput={(event) => set(name, event.currentTarget.value)}
          />
        )}
      </Field>
      {versus(name)}
    </div>
  );
  const moment = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone });
  const permitted = (name: 'not_before' | 'not_after') => (
    <div data-field={name}>
      <PermittedMoment
        edge={name === 'not_before' ? 'from' : 'until'}
        instant={fields[name] ?? ''}
        zone={zone}
        error={name === 'not_after' && never ? strings.never : ''}
        onChange={(instant) => set(name, instant)}
      />
      {versus(name, (instant) => instant && moment.format(Date.parse(instant)))}
    </div>
  );
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
      {languagesOf(fields, kOffered).map((language) => (
        <div key={language} class="of-language" role="group" aria-label={nameOf(language)}>
          {kLocalized
            .filter((kind) => isAsked(fields, kOffered, language, kind))
            .map((kind) => localized(kind, language))}
        </div>
      ))}
      <p class="soft small whole">{strings.sameOrder}</p>
      {plain('author', 500)}
      {plain('country', 200)}
      <fieldset class="permitted whole">
        <legend>{strings.permitted}</legend>
        {permitted('not_before')}
        {permitted('not_after')}
        <ZoneChoice zone={zone} onChange={setZone} />
      </fieldset>
      <button type="submit" class="button primary" disabled={busy || !dirty || never}>
        {studio.save}
      </button>
    </form>
  );
}

/** One end of the time in which it may be shown. A day counts whole where no time is said. */
function PermittedMoment(props: {
  readonly edge: Edge;
  readonly instant: string;
  readonly zone: string;
  readonly error: string;
  readonly onChange: (instant: string) => void;
}) {
  const { edge, instant, zone, error, onChange } = props;
  const { strings } = useStrings(entriesStrings);
  // As it was typed, as long as it says the same.
  const [typed, setTyped] = useState<Moment | null>(null);
  const { date, time } =
    typed && instantAt(typed, edge, zone) === instant ? typed : momentOf(instant, edge, zone);
  const change = (moment: Moment) => {
    setTyped(moment);
    onChange(instantAt(moment, edge, zone));
  };
  return (
    <>
      <Field label={edge === 'from' ? strings.permittedFrom : strings.permittedUntil} error={error}>
        {(input) => (
          <input
            {...input}
            type="date"
            min="1900-01-01"
            max="9998-12-31"
            value={date}
            onChange={(event) => change({ date: event.currentTarget.value, time })}
          />
        )}
      </Field>
      {date !== '' && (
        <Field
          label={edge === 'from' ? strings.fromTime : strings.untilTime}
          hint={edge === 'from' ? strings.fromTimeHint : strings.untilTimeHint}
        >
          {(input) => (
            <input
              {...input}
              type="time"
              value={time}
              onChange={(event) => change({ date, time: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}

function ZoneChoice({ zone, onChange }: { readonly zone: string; readonly onChange: (zone: string) => void }) {
  const { strings } = useStrings(entriesStrings);
  return (
    <Field label={strings.zone} hint={strings.zoneHint}>
      {(input) => (
        <select {...input} value={zone} onChange={(event) => onChange(event.currentTarget.value)}>
          {[...new Set([zone, ownZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Versus(props: {
  readonly mine: string;
  readonly theirs: string;
  readonly shown: (text: string) => string;
  readonly onChoose: (text: string) => void;
}) {
  const { mine, theirs, shown, onChoose } = props;
  const { strings } = useStrings(entriesStrings);
  return (
    <p class="versus">
      <Button onClick={() => onChoose(mine)}>
        {fill(strings.mine, { text: shown(mine) || strings.empty })}
      </Button>
      <Button onClick={() => onChoose(theirs)}>
        {fill(strings.theirs, { text: shown(theirs) || strings.empty })}
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
            <Told meanings={qualityMeanings} code={code} message={message} />
          </li>
        ))}
      </ul>
    </section>
  );
}
