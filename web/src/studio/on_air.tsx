// What each channel shows, and the buttons that change it.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { commonStrings } from '../common_strings';
import { useLocale, useStrings } from '../locale';
import { useServerClock } from '../polling';
import { fill, formatLength, formatTimeExactly, zoneName } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Notice, ServerSilent, Waiting } from '../ui/notices';
import { fillWith, type Said } from '../ui/server_text';
import { command, fetchRundown, type Airing, type Command, type OnAirDone } from './api';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { useChannels, type ListedChannel } from './channels';
import { StudioLink } from './link';
import { useLoaded } from './live';
import { EntryPicker } from './picker';
import { roomsStrings } from './rooms_strings';
import { studioAddress } from './route';
import { around, isHeld, left } from './rundown';
import { reasonOf, useAccount } from './session';
import { onAirStrings, studioStrings } from './strings';

const kPast = 4; // airings of the log that are shown
const kComing = 8;
const kBehind = 60 * 60_000; // milliseconds
const kAhead = 6 * 60 * 60_000;
const kDay = 24 * 60 * 60_000;

export function OnAir() {
  const { strings, tag } = useStrings(onAirStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { value, error } = useChannels();
  const instant = useServerClock(value?.clockOffset ?? 0);
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  if (value.value.length === 0) {
    return (
      <Notice title={strings.noChannels}>
        <p>{strings.noChannelsHint}</p>
      </Notice>
    );
  }
  const running = value.value.filter(({ on_air }) => on_air);
  const empty = value.value.filter(({ on_air }) => !on_air);
  return (
    <>
      <h1 class="unseen">{studio['on-air']}</h1>
      <div class="desks">
        {running.map((channel) => (
          <Desk key={channel.id} channel={channel} instant={instant} />
        ))}
      </div>
      {empty.length > 0 && (
        <div class="desks">
          {empty.map((channel) => (
            <EmptyDesk key={channel.id} channel={channel} />
          ))}
        </div>
      )}
      <p class="soft">{fill(strings.zone, { zone: zoneName(instant, tag) })}</p>
    </>
  );
}

/** A channel that has nothing to show: there is nothing to be done here, and a schedule may be what it lacks. */
function EmptyDesk({ channel }: { readonly channel: ListedChannel }) {
  const { strings } = useStrings(onAirStrings);
  const { strings: rooms } = useStrings(roomsStrings);
  const { id, title, playlists } = channel;
  return (
    <section class="desk" aria-labelledby={`desk-${id}`} data-channel={id} data-off-air>
      <header>
        <h2 id={`desk-${id}`}>{title}</h2>
        <span class="badge quiet">{rooms.offAir}</span>
      </header>
      <p>{playlists.length === 0 ? strings.playsNothing : strings.notOnYet}</p>
      <p>
        <StudioLink to={studioAddress('schedule', id)}>{fill(strings.toSchedule, { channel: title })}</StudioLink>
      </p>
    </section>
  );
}

/** One channel. */
function Desk({ channel, instant }: { readonly channel: ListedChannel; readonly instant: number }) {
  const { strings, tag } = useStrings(onAirStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const [asking, setAsking] = useState<Command | null>(null);
  const [done, setDone] = useState<{ readonly what: Command; readonly said: OnAirDone } | null>(null);
  const { id } = channel;
  const { value, error, reload } = useLoaded(
    useCallback(
      (signal: AbortSignal) =>
        fetchRundown(id, new Date(Date.now() - kBehind), new Date(Date.now() + kAhead), signal),
      [id],
    ),
    (type, data) =>
      (type === 'rundown' && data['id'] === id) ||
      (type === 'schedule' && data['id'] === id) ||
      (type === 'airing' && data['channel'] === id),
  );
  // Seconds must be those of the server: its clock says what is on.
  const { on, past, coming } = around(value?.airings ?? [], instant);
  const next = coming[0] ?? null;
  // As soon as it is planned: the slate comes within seconds, and may have been a mistake.
  const held = isHeld(on) || isHeld(next);
  return (
    <section class={`desk ${held ? 'held' : ''}`} aria-labelledby={`desk-${id}`} data-channel={id}>
      <header>
        <h2 id={`desk-${id}`}>{channel.title}</h2>
        <a href={`/watch/${encodeURIComponent(id)}`}>{strings.watch}</a>
      </header>
      {error && !value && <ServerSilent />}
      {value && <OnNow on={on} next={next} instant={instant} />}
      <div class="commands">
        {held ? (
          <Button kind="primary" onClick={() => setAsking('resume')}>
            {strings.resume}
          </Button>
        ) : (
          <>
            <Button disabled={!on} onClick={() => setAsking('skip')}>
              {strings.skip}
            </Button>
            <Button disabled={!on} onClick={() => setAsking('hold')}>
              {strings.hold}
            </Button>
          </>
        )}
        <Button disabled={!on} onClick={() => setAsking('insert')}>
          {strings.insert}
        </Button>
        <span class="space" />
        <Button kind="danger" disabled={on?.role === 'panic'} onClick={() => setAsking('panic')}>
          {strings.panic}
        </Button>
      </div>
      <p class="said" role="status">
        {done && (
          <>
            {fill(strings[`done_${done.what}`], {
              time: formatTimeExactly(Date.parse(done.said.at), tag),
            })}
            {done.said.left_out.length > 0 &&
              ` ${fill(strings.leftOut, { titles: done.said.left_out.map(titleOf).join(', ') })}`}
          </>
        )}
      </p>
      <RundownTable
        id={id}
        airings={[...past.slice(-kPast), ...(on ? [on] : []), ...coming.slice(0, kComing)]}
        on={on}
      />
      <p>
        <a
          class="soft"
          href={`/api/v1/channels/${encodeURIComponent(id)}/as-run.csv?from=${new Date(
            instant - kDay,
          ).toISOString()}`}
          download
        >
          {strings.log}
        </a>
      </p>
      {asking && (
        <Confirmation
          channel={channel}
          what={asking}
          on={on}
          next={next}
          ready={entries !== null}
          onClose={() => setAsking(null)}
          onDone={(said) => {
            setDone({ what: asking, said });
            setAsking(null);
            reload();
          }}
        />
      )}
    </section>
  );
}

function OnNow(props: {
  readonly on: Airing | null;
  readonly next: Airing | null;
  readonly instant: number;
}) {
  const { on, next, instant } = props;
  const { strings, tag } = useStrings(onAirStrings);
  const { strings: common } = useStrings(commonStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  if (!on) return <p class="now">{strings.nothingOn}</p>;
  const since = formatLength((instant - Date.parse(on.start)) / 1000);
  const length = Date.parse(on.end) - Date.parse(on.start);
  const until = formatLength(Math.ceil(left(on, instant) / 1000));
  return (
    <div class="on-now">
      <Poster entry={entries?.get(on.entry)} />
      <div>
        <p>
          <span class={`badge ${isHeld(on) ? 'alarm' : ''}`}>
            {isHeld(on) ? <Role airing={on} /> : common.nowOn}
          </span>{' '}
          <span class="title">{titleOf(on.entry)}</span>
        </p>
        <p class="countdown" role="timer">
          {isHeld(on) ? fill(strings.heldFor, { time: since }) : fill(strings.left, { time: until })}
        </p>
        {!isHeld(on) && (
          <progress
            class="elapsed"
            max={1}
            value={Math.min(1, (length - left(on, instant)) / length)}
            aria-hidden="true"
          />
        )}
        {next && !isHeld(on) && (
          <p class="soft">
            {strings.comesNext}: <span class="title">{titleOf(next.entry)}</span>{' '}
            <time dateTime={next.start}>{formatTimeExactly(Date.parse(next.start), tag)}</time>
          </p>
        )}
      </div>
    </div>
  );
}

function Role({ airing }: { readonly airing: Airing }) {
  const { strings } = useStrings(onAirStrings);
  return airing.role === 'item' ? null : <>{strings[`role_${airing.role}`]}</>;
}

function RundownTable(props: {
  readonly id: string;
  readonly airings: readonly Airing[];
  readonly on: Airing | null;
}) {
  const { airings, on } = props;
  const { strings, tag } = useStrings(onAirStrings);
  const titleOf = useTitles();
  const at = on ? Date.parse(on.start) : 0;
  return (
    <table class="rundown">
      <caption class="unseen">{strings.rundown}</caption>
      <thead>
        <tr>
          <th scope="col">{strings.starts}</th>
          <th scope="col">{strings.what}</th>
          <th scope="col">{strings.length}</th>
        </tr>
      </thead>
      <tbody>
        {airings.map((airing) => (
          <tr
            key={airing.ordinal}
            class={Date.parse(airing.start) < at ? 'past' : ''}
            aria-current={airing === on ? 'true' : undefined}
          >
            <td class="time">
              <time dateTime={airing.start}>{formatTimeExactly(Date.parse(airing.start), tag)}</time>
            </td>
            <td>
              {titleOf(airing.entry)}{' '}
              {airing.role !== 'item' && (
                <span class="badge quiet">
                  <Role airing={airing} />
                </span>
              )}
            </td>
            <td class="time">
              {!(isHeld(airing) && airing === on) &&
                formatLength((Date.parse(airing.end) - Date.parse(airing.start)) / 1000)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is asked before a command is given: the more it takes away, the more it takes. */
function Confirmation(props: {
  readonly channel: ListedChannel;
  readonly what: Command;
  readonly on: Airing | null;
  readonly next: Airing | null;
  readonly ready: boolean;
  readonly onClose: () => void;
  readonly onDone: (said: OnAirDone) => void;
}) {
  const { channel, what, next, onClose, onDone } = props;
  const { strings } = useStrings(onAirStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { check } = useAccount();
  const { tag } = useLocale();
  const titleOf = useTitles();
  // What was on when the question was asked: the words must not change under the finger.
  const [on] = useState(props.on);
  const [entry, setEntry] = useState('');
  const [where, setWhere] = useState<'where-it-stopped' | 'next-item'>('where-it-stopped');
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Said>('');
  const names = { channel: channel.title, title: on ? titleOf(on.entry) : '', next: next ? titleOf(next.entry) : '' };

  // To skip what has ended by itself would skip the one after it.
  const ended = on && props.on && props.on.ordinal !== on.ordinal;
  useEffect(() => {
    if (what === 'skip' && ended) onClose();
  }, [what, ended]);

  const give = async () => {
    setBusy(true);
    setError('');
    try {
      const body = what === 'insert' ? { entry } : what === 'resume' ? { where } : undefined;
      onDone(await command(channel.id, what, body));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.status === 401) check();
      setError(fillWith(studio.failed, { reason: reasonOf(failure, studio.noAnswer) }));
      setBusy(false);
    }
  };
  const words = {
    skip: [strings.skipTitle, next ? strings.skipBody : strings.skipBodyLast, strings.skipDo],
    hold: [strings.holdTitle, strings.holdBody, strings.holdDo],
    resume: [strings.resumeTitle, '', strings.resume],
    panic: [strings.panicTitle, strings.panicBody, strings.panicDo],
    insert: [strings.insertTitle, strings.insertBody, strings.insertDo],
  }[what].map((text) => fill(text, names)) as [string, string, string];
  const incomplete = (what === 'insert' && entry === '') || (what === 'panic' && !sure);
  return (
    <Dialog
      title={words[0]}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button
            kind={what === 'panic' ? 'danger' : 'primary'}
            disabled={busy || incomplete}
            onClick={() => void give()}
          >
            {words[2]}
          </Button>
        </>
      }
    >
      <div class="confirmation" lang={tag}>
        {words[1] && <p>{words[1]}</p>}
        {what === 'insert' && props.ready && <EntryPicker chosen={entry} onChoose={setEntry} />}
        {what === 'resume' && (
          <fieldset>
            <legend>{strings.resumeWhere}</legend>
            {(['where-it-stopped', 'next-item'] as const).map((value) => (
              <label class="choice" key={value}>
                <input
                  type="radio"
                  name="where"
                  checked={where === value}
                  onChange={() => setWhere(value)}
                />
                {value === 'next-item' ? strings.resumeNext : strings.resumeStopped}
              </label>
            ))}
          </fieldset>
        )}
        {what === 'panic' && (
          <label class="choice">
            <input
              type="checkbox"
              checked={sure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />
            {fill(strings.panicConfirm, names)}
          </label>
        )}
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}
