// The log: what has been on the air, proof of it, and who did what.

import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { useLocale, useStrings } from '../locale';
import { fill, formatLength, formatTimeExactly, pickText, plural, zoneName } from '../text';
import { Button, IconButton } from '../ui/button';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import {
  boundsOf, dayAfter, dayOf, documentAddress, shownAirings, shownFor, type AsRun, type AsRunAiring, type Subject,
} from './as_run';
import { Audit } from './audit';
import { useCatalogue, useTitles } from './catalogue';
import { firstOf, useChannelName, useChannels, type ListedChannel } from './channels';
import { StudioLink } from './link';
import { useLoaded } from './live';
import { logStrings } from './log_strings';
import { useNavigation } from './navigation';
import { fetchAsRun } from './rooms_api';
import { roomsStrings } from './rooms_strings';
import { studioAddress } from './route';
import { incidentMeanings } from './server_texts';
import { useAccount } from './session';
import { studioStrings } from './strings';
import { Told } from './told';

const kAudit = 'audit';
const kShown = 200; // airings; a day of trailers has thousands
const kLook = 15_000; // milliseconds; an airing is written down some time after it has ended

export function Log() {
  const { strings } = useStrings(logStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { route } = useNavigation();
  const { session } = useAccount();
  const audit = route.subject === kAudit && session.role === 'admin';
  return (
    <>
      <div class="head">
        <h1>{studio.log}</h1>
        {session.role === 'admin' && (
          <nav class="parts" aria-label={studio.log}>
            <StudioLink to={studioAddress('log')} current={!audit}>
              {strings.asRun}
            </StudioLink>
            <StudioLink to={studioAddress('log', kAudit)} current={audit}>
              {strings.audit}
            </StudioLink>
          </nav>
        )}
      </div>
      {audit ? <Audit /> : <AsRunLog />}
    </>
  );
}

function AsRunLog() {
  const { strings } = useStrings(logStrings);
  const { value: channels, error } = useChannels();
  if (!channels) return error ? <ServerSilent /> : <Waiting />;
  if (channels.value.length === 0) return <p>{strings.noChannels}</p>;
  return <Days channels={channels.value} today={dayOf(Date.now() + channels.clockOffset)} />;
}

function Days({ channels, today }: { readonly channels: readonly ListedChannel[]; readonly today: string }) {
  const { strings, tag } = useStrings(logStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const nameOf = useChannelName();
  const [day, setDay] = useState(today);
  const [channel, setChannel] = useState(firstOf(channels)?.id ?? '');
  const [entry, setEntry] = useState('');
  const [incidentsOnly, setIncidentsOnly] = useState(false);
  // A film's log is over all channels, and a channel's over all films.
  const subject = useMemo<Subject>(
    () => (entry ? { of: 'entries', id: entry } : { of: 'channels', id: channel || (firstOf(channels)?.id ?? '') }),
    [entry, channel, channels],
  );
  const bounds = boundsOf(day) ?? boundsOf(today)!;
  const { value, error, reload } = useLoaded(
    useCallback(
      (signal: AbortSignal) => fetchAsRun(subject, bounds.from, bounds.to, signal),
      [subject, bounds.from.getTime()],
    ),
    (type) => type === 'airing' && day === today,
  );
  useEffect(() => {
    if (day !== today) return;
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, kLook);
    return () => window.clearInterval(timer);
  }, [day, today, reload]);
  const films = useMemo(
    () =>
      [...(entries?.keys() ?? [])]
        .map((id) => ({ id, title: titleOf(id) }))
        .sort((a, b) => a.title.localeCompare(b.title, tag)),
    [entries, tag],
  );
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Field label={strings.channel}>
          {(input) => (
            <select {...input} value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>
              {entry && <option value="">{strings.allChannels}</option>}
              {channels.map((each) => (
                <option key={each.id} value={each.id}>
                  {nameOf(each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div class="day">
          <IconButton icon="left" label={strings.dayBefore} onClick={() => setDay(dayAfter(day, -1))} />
          <Field label={strings.day}>
            {(input) => (
              <input
                {...input}
                type="date"
                required
                max={today}
                value={day}
                onChange={(event) => {
                  const { value: wanted } = event.currentTarget;
                  if (boundsOf(wanted)) setDay(wanted);
                }}
              />
            )}
          </Field>
          <IconButton
            icon="right"
            label={strings.dayAfter}
            disabled={day >= today}
            onClick={() => setDay(dayAfter(day, 1))}
          />
        </div>
        <Field label={strings.film}>
          {(input) => (
            <select
              {...input}
              value={entry}
              onChange={(event) => {
                const wanted = event.currentTarget.value;
                setEntry(wanted);
                if (!wanted && channel === '') setChannel(firstOf(channels)?.id ?? '');
                if (wanted && !entry) setChannel('');
              }}
            >
              <option value="">{strings.allFilms}</option>
              {films.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <label class="choice">
          <input
            type="checkbox"
            checked={incidentsOnly}
            onChange={(event) => setIncidentsOnly(event.currentTarget.checked)}
          />
          {strings.incidentsOnly}
        </label>
      </form>
      {error && (error.status === 0 || error.status >= 500 ? <ServerSilent /> : <p class="error"><ServerText>{error.message}</ServerText></p>)}
      {!value && !error && <Waiting />}
      {value && (
        <Airings
          key={`${subject.of}${subject.id}${day}`}
          log={value}
          airings={shownAirings(value.airings, { entry, channel, incidentsOnly })}
          from={bounds.from}
          subject={subject}
          channels={channels}
        />
      )}
    </>
  );
}

function Airings(props: {
  readonly log: AsRun;
  readonly airings: readonly AsRunAiring[];
  readonly from: Date;
  readonly subject: Subject;
  readonly channels: readonly ListedChannel[];
}) {
  const { log, airings, from, subject, channels } = props;
  const { strings, tag } = useStrings(logStrings);
  const { strings: rooms } = useStrings(roomsStrings);
  const [most, setMost] = useState(kShown);
  const troubled = airings.filter(({ incidents }) => incidents.length > 0).length;
  const length = airings.reduce((sum, airing) => sum + shownFor(airing), 0);
  const until = Date.parse(log.period.to);
  const address = (name: 'as-run.json' | 'as-run.csv' | 'as-run.csv.sig') =>
    documentAddress(subject, name, from.toISOString(), log.period.to);
  return (
    <section aria-label={strings.asRun}>
      <div class="log-head">
        <p role="status">
          {fill(plural(strings.count, airings.length, tag), { n: airings.length })}
          {airings.length > 0 && ` · ${fill(strings.total, { time: formatLength(length / 1000) })}`}
          {troubled > 0 && (
            <>
              {' · '}
              <span class="error">{fill(plural(strings.troubled, troubled, tag), { n: troubled })}</span>
            </>
          )}
          <span class="soft"> · {fill(strings.complete, { time: formatTimeExactly(until, tag) })}</span>
        </p>
        {log.airings.length > 0 && (
          <p class="commands">
            <a class="button" href={address('as-run.csv')} download={fileName(subject, from, 'csv')}>
              {strings.csv}
            </a>
            <a class="button" href={address('as-run.csv.sig')} download={fileName(subject, from, 'csv.sig')}>
              {strings.signature}
            </a>
            <a class="button" href={address('as-run.json')} download={fileName(subject, from, 'json')}>
              {strings.json}
            </a>
          </p>
        )}
      </div>
      {airings.length === 0 ? (
        <p>{strings.nothing}</p>
      ) : (
        <div class="table-box" tabIndex={0} role="region" aria-label={strings.asRun}>
          <table class="rundown log-table">
            <thead>
              <tr>
                <th scope="col">{strings.start}</th>
                {subject.of === 'entries' && <th scope="col">{strings.channel}</th>}
                <th scope="col">{strings.what}</th>
                <th scope="col">{strings.length}</th>
                <th scope="col">{strings.frames}</th>
                <th scope="col">{strings.remarks}</th>
              </tr>
            </thead>
            <tbody>
              {airings.slice(0, most).map((airing) => (
                <Row
                  key={`${airing.channel} ${airing.ordinal}`}
                  airing={airing}
                  channel={
                    subject.of === 'entries'
                      ? (channels.find(({ id }) => id === airing.channel)?.title ?? airing.channel)
                      : null
                  }
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {airings.length > most && (
        <p>
          <Button onClick={() => setMost(most + kShown)}>{rooms.more}</Button>
        </p>
      )}
      <p class="soft small">
        {fill(strings.zone, { zone: zoneName(until, tag) })} {strings.proof}{' '}
        <code>matinee as-run verify</code>
      </p>
    </section>
  );
}

const fileName = (subject: Subject, from: Date, ending: string): string =>
  `as-run-${subject.id}-${dayOf(from.getTime())}.${ending}`;

function Row({ airing, channel }: { readonly airing: AsRunAiring; readonly channel: string | null }) {
  const { strings, tag } = useStrings(logStrings);
  const { languages } = useLocale();
  const { start, title, entry, author, ending, frames, incidents } = airing;
  return (
    <tr class={incidents.length > 0 ? 'incident' : ''} data-entry={entry}>
      <td class="time">
        <time dateTime={start}>{formatTimeExactly(Date.parse(start), tag)}</time>
      </td>
      {channel !== null && <td>{channel}</td>}
      <td>
        <span class="title">{pickText(title, languages) || entry}</span>
        {author && <span class="soft"> · {author}</span>}
      </td>
      <td class="time">{formatLength(shownFor(airing) / 1000)}</td>
      <td class="time">{frames === undefined ? '–' : new Intl.NumberFormat(tag).format(frames)}</td>
      <td>
        {ending === 'cut short' && <span class="badge quiet">{strings.cutShort}</span>}
        {ending === 'part' && <span class="badge quiet">{strings.part}</span>}
        {incidents.map(({ at, kind, detail }) => (
          <p key={`${at}${kind}`} class="small">
            <span class="badge bad">{strings[`i_${kind}` as 'i_off-air'] ?? kind}</span>{' '}
            <span class="time soft">{formatTimeExactly(Date.parse(at), tag)}</span>{' '}
            <Told meanings={incidentMeanings} code={kind} message={detail} />
          </p>
        ))}
      </td>
    </tr>
  );
}
