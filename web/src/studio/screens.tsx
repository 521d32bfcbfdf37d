// The screens of venues: what each does, and what it is told to do.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { useServerClock } from '../polling';
import { useStrings } from '../locale';
import { fill, formatLength, formatMoment, plural } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { useToast } from '../ui/toast';
import { useTitles } from './catalogue';
import { useChannelName, useChannels, type ListedChannel } from './channels';
import { useLoaded } from './live';
import { changeScreen, commandScreen, fetchScreens, removeScreen, type ScreenChange } from './rooms_api';
import { AddScreen } from './screen_add';
import { ScreenDesigns } from './screen_design';
import { droppedShare, isInTrouble, standing, stillAddress, type Screen, type Standing } from './screen_state';
import { screensStrings } from './screens_strings';
import { useAsked, useFailure } from './session';
import { studioStrings } from './strings';

const kLook = 3_000; // milliseconds; screens report as often

export function Screens() {
  const { strings, tag } = useStrings(screensStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [adding, setAdding] = useState(false);
  const { value: screens, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchScreens(signal), []),
    (type) => type === 'screen' || type === 'channel',
  );
  const { value: channels } = useChannels();
  // Reports are no events: there would be hundreds a minute.
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) reload();
    }, kLook);
    return () => window.clearInterval(timer);
  }, [reload]);
  const instant = useServerClock(channels?.clockOffset ?? 0);
  if (!screens || !channels) return error ? <ServerSilent /> : <Waiting />;
  const troubled = screens.filter(isInTrouble).length;
  return (
    <>
      <div class="head">
        <h1>{studio.screens}</h1>
        {screens.length > 0 && (
          <p class="soft" role="status">
            {fill(plural(strings.count, screens.length, tag), { n: screens.length })},{' '}
            {troubled === 0 ? (
              strings.allWell
            ) : (
              <span class="warning">{fill(plural(strings.trouble, troubled, tag), { n: troubled })}</span>
            )}
          </p>
        )}
        <Button kind="primary" onClick={() => setAdding(true)}>
          {strings.add}
        </Button>
      </div>
      {error && <ServerSilent />}
      {screens.length === 0 && (
        <section class="empty-room">
          <p class="title">{strings.none}</p>
          <p>{fill(strings.noneHint, { address: `${location.origin}/screen` })}</p>
        </section>
      )}
      <ul class="screens">
        {screens.map((screen) => (
          <ScreenCard
            key={screen.id}
            screen={screen}
            channels={channels.value}
            instant={instant}
            onChanged={reload}
          />
        ))}
      </ul>
      <ScreenDesigns channels={channels.value} />
      {adding && (
        <AddScreen channels={channels.value} onClose={() => setAdding(false)} onAdded={reload} />
      )}
    </>
  );
}

const kBadges: Readonly<Record<Standing['is'], string>> = {
  'in-step': 'good',
  playing: 'good',
  behind: 'warn',
  ahead: 'warn',
  starting: 'quiet',
  away: 'bad',
  'off-air': 'quiet',
  'no-channel': 'quiet',
  silent: 'bad',
  never: 'quiet',
};

function ScreenCard(props: {
  readonly screen: Screen;
  readonly channels: readonly ListedChannel[];
  readonly instant: number;
  readonly onChanged: () => void;
}) {
  const { screen, channels, instant, onChanged } = props;
  const { strings, tag } = useStrings(screensStrings);
  const toast = useToast();
  const failure = useFailure();
  const titleOf = useTitles();
  const channelName = useChannelName();
  const [asking, setAsking] = useState<'rename' | 'remove' | null>(null);
  const { id, name, report } = screen;
  const now = standing(screen);
  const act = (done: Promise<unknown>, said: string) =>
    void done.then(() => {
      toast(said);
      onChanged();
    }, failure);
  const change = (wanted: ScreenChange, said: string) => act(changeScreen(id, wanted), said);
  const labelOf = (action: string) => fill(strings.of, { action, name });
  const entry = now.is !== 'silent' && now.is !== 'never' ? report?.entry : null;
  return (
    <li class={`card screen ${isInTrouble(screen) ? 'troubled' : ''}`} data-screen={name} data-standing={now.is}>
      <Still screen={screen} instant={instant} />
      <div class="screen-head">
        <h2>{name}</h2>
        <span class={`badge ${kBadges[now.is]}`}>
          <StandingText now={now} instant={instant} />
        </span>
      </div>
      <dl class="facts">
        <dt>{strings.shows}</dt>
        <dd>
          {entry ? (
            <>
              <span class="title">{titleOf(entry)}</span>
              {report?.position != null && (
                <span class="soft time"> {formatLength(report.position)}</span>
              )}
            </>
          ) : (
            strings.nothing
          )}
        </dd>
        {report && <Facts screen={screen} tag={tag} />}
      </dl>
      <Field label={strings.channel}>
        {(input) => (
          <select
            {...input}
            value={screen.channel ?? ''}
            onChange={(event) => {
              const to = event.currentTarget.value;
              const title = channels.find((channel) => channel.id === to)?.title ?? to;
              change(
                { channel: to || null },
                fill(to ? strings.moved : strings.movedAway, { name, channel: title }),
              );
            }}
          >
            <option value="">{strings.noChannel}</option>
            {channels.map((channel) => (
              <option key={channel.id} value={channel.id}>
                {channelName(channel)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div class="commands">
        <Command label={labelOf(strings.identify)} onClick={() => act(commandScreen(id, 'identify'), fill(strings.identified, { name }))}>
          {strings.identify}
        </Command>
        <Command label={labelOf(strings.reload)} onClick={() => act(commandScreen(id, 'reload'), fill(strings.reloaded, { name }))}>
          {strings.reload}
        </Command>
        <Command
          label={labelOf(screen.muted ? strings.unmute : strings.mute)}
          onClick={() =>
            change({ muted: !screen.muted }, fill(screen.muted ? strings.unmuted : strings.muted, { name }))
          }
        >
          {screen.muted ? strings.unmute : strings.mute}
        </Command>
        <Command label={labelOf(strings.rename)} onClick={() => setAsking('rename')}>
          {strings.rename}
        </Command>
        <Command label={labelOf(strings.remove)} onClick={() => setAsking('remove')}>
          {strings.remove}
        </Command>
      </div>
      {asking === 'rename' && (
        <Rename screen={screen} onClose={() => setAsking(null)} onDone={onChanged} />
      )}
      {asking === 'remove' && (
        <Removal screen={screen} onClose={() => setAsking(null)} onDone={onChanged} />
      )}
    </li>
  );
}

/** There are several of each on the page: what it is read as names the screen. */
function Command(props: {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: string;
}) {
  return (
    <button type="button" class="button" aria-label={props.label} onClick={props.onClick}>
      {props.children}
    </button>
  );
}

function StandingText({ now, instant }: { readonly now: Standing; readonly instant: number }) {
  const { strings, tag } = useStrings(screensStrings);
  const words = strings[`s_${now.is}`];
  if (now.is === 'silent') return <>{fill(words, { time: formatMoment(now.since, instant, tag) })}</>;
  if (now.is === 'behind' || now.is === 'ahead') {
    const number = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
    const time = now.by < 1000
      ? fill(strings.milliseconds, { n: number.format(now.by) })
      : fill(strings.seconds, { n: number.format(now.by / 1000) });
    return <>{fill(words, { time })}</>;
  }
  return <>{words}</>;
}

function Facts({ screen, tag }: { readonly screen: Screen; readonly tag: string }) {
  const { strings } = useStrings(screensStrings);
  const { report } = screen;
  if (!report) return null;
  const number = new Intl.NumberFormat(tag);
  const share = droppedShare(report);
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 2 });
  return (
    <>
      <dt>{strings.frames}</dt>
      <dd>
        {fill(strings.framesOf, { dropped: number.format(report.dropped), frames: number.format(report.frames) })}
        {share !== null && report.dropped > 0 && <span class="soft"> ({percent.format(share)})</span>}
        {report.restarts > 0 && (
          <span class="soft"> · {fill(plural(strings.restarts, report.restarts, tag), { n: report.restarts })}</span>
        )}
      </dd>
      <dt>{strings.sound}</dt>
      <dd class={report.sound === 'blocked' ? 'warning' : ''}>{strings[`sound_${report.sound}`]}</dd>
      <dt>{strings.size}</dt>
      <dd>
        {report.width} × {report.height}
      </dd>
      <dt>{strings.running}</dt>
      <dd>
        <Uptime seconds={report.up_seconds} />
      </dd>
      {screen.page !== undefined && screen.page !== null && (
        <>
          <dt>{strings.page}</dt>
          <dd>{screen.page === 'current' ? strings.pageCurrent : strings.pageStale}</dd>
        </>
      )}
    </>
  );
}

function Uptime({ seconds }: { readonly seconds: number }) {
  const { strings } = useStrings(screensStrings);
  const m = Math.floor(seconds / 60);
  const h = Math.floor(m / 60);
  const d = Math.floor(h / 24);
  if (d > 0) return <>{fill(strings.days, { d, h: h % 24 })}</>;
  return <>{h > 0 ? fill(strings.hours, { h, m: m % 60 }) : fill(strings.minutes, { m })}</>;
}

/** What it shows, at most half a minute ago. */
function Still({ screen, instant }: { readonly screen: Screen; readonly instant: number }) {
  const { strings } = useStrings(screensStrings);
  const wanted = stillAddress(screen, instant);
  // The picture before stays until the next one is there; one that cannot be had leaves the place empty.
  const [missing, setMissing] = useState('');
  return (
    <span class={`poster ${screen.health === 'lost' ? 'old' : ''}`}>
      {wanted && wanted !== missing && (
        <img src={wanted} alt={fill(strings.still, { name: screen.name })} onError={() => setMissing(wanted)} />
      )}
    </span>
  );
}

function Rename(props: { readonly screen: Screen; readonly onClose: () => void; readonly onDone: () => void }) {
  const { screen, onClose, onDone } = props;
  const { strings } = useStrings(screensStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [name, setName] = useState(screen.name);
  const { ask, busy, error } = useAsked();
  return (
    <Dialog title={fill(strings.renameTitle, { name: screen.name })} onClose={onClose} dirty={name !== screen.name}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(changeScreen(screen.id, { name: name.trim() }), () => {
            onClose();
            onDone();
          });
        }}
      >
        <Field label={strings.name} error={error}>
          {(input) => (
            <input {...input} required maxLength={100} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          )}
        </Field>
        <button type="submit" class="button primary" disabled={busy || name.trim() === screen.name}>
          {studio.save}
        </button>
      </form>
    </Dialog>
  );
}

function Removal(props: { readonly screen: Screen; readonly onClose: () => void; readonly onDone: () => void }) {
  const { screen, onClose, onDone } = props;
  const { strings } = useStrings(screensStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const { ask, busy, error } = useAsked();
  const { name } = screen;
  return (
    <Dialog
      title={fill(strings.removeTitle, { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button
            kind="danger"
            disabled={busy}
            onClick={() =>
              void ask(removeScreen(screen.id), () => {
                toast(fill(strings.removed, { name }));
                onDone();
              })
            }
          >
            {fill(strings.removeDo, { name })}
          </Button>
        </>
      }
    >
      <p>{strings.removeBody}</p>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
