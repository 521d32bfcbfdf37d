// The page that plays one channel.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fetchChannel, type Answer, type Channel } from '../api';
import { useLocale } from '../locale';
import { play, type Player, type Snapshot } from '../player';
import { linkBase } from '../route';
import { pollDelay, programmeAt, programmesAfter, remember, type Known } from '../schedule';
import { recall, store } from '../settings';
import { nextChoice, preferredLanguage } from '../text';
import { Controls } from './controls';
import { usePolling, useServerClock } from './polling';
import { Credits, Elapsed, Title, UpNext } from './programme';

const kOff = 'off';
const kIdle = 3000; // milliseconds without a movement until the controls hide

const untilItEnds = ({ value, clockOffset }: Answer<Channel>): number =>
  pollDelay(value, Date.now() + clockOffset);

export function Watch({ id }: { id: string }) {
  const { strings } = useLocale();
  const ask = useCallback((signal: AbortSignal) => fetchChannel(id, signal), [id]);
  const { answer, error } = usePolling(ask, untilItEnds);
  const serverNow = useServerClock(answer?.clockOffset ?? 0);
  const [shown, setShown] = useState<number | null>(null);
  const known = useRef<Known>([]);
  const channel = answer?.value;
  useMemo(() => {
    if (channel) known.current = remember(known.current, channel);
  }, [channel]);

  useEffect(() => {
    document.title = `${channel?.title ?? id} · matinee`;
  }, [channel?.title, id]);

  if (!channel) {
    const notice = !error
      ? strings.loading
      : error.status === 404
        ? strings.noSuchChannel
        : strings.serverSilent;
    return (
      <p class="notice" role="status">
        {notice} <a href={`${linkBase(location.pathname)}/`}>{strings.allChannels}</a>
      </p>
    );
  }

  // A viewer who went back sees what was on then.
  const instant = shown ?? serverNow;
  const now = programmeAt(known.current, instant);
  return (
    <>
      <Screen channel={channel} onAir={Boolean(channel.now)} onInstant={setShown} />
      <section class="about">
        <h1>{channel.title}</h1>
        {now ? (
          <p class="now" aria-live="polite">
            <span class="badge">{strings.onNow}</span>
            <Title programme={now} />
            <Credits programme={now} />
            <Elapsed programme={now} instant={instant} />
          </p>
        ) : (
          !channel.now && <p class="now">{strings.offAirHint}</p>
        )}
        <UpNext programmes={programmesAfter(known.current, instant, 5)} />
        <p class="hint">{strings.keys}</p>
      </section>
    </>
  );
}

interface ScreenProps {
  readonly channel: Channel;
  readonly onAir: boolean;
  readonly onInstant: (instant: number | null) => void;
}

function Screen({ channel, onAir, onInstant }: ScreenProps) {
  const { languages } = useLocale();
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [player, setPlayer] = useState<Player | null>(null);
  const [snapshot, setSnapshot] = useState<Snapshot | null>(null);
  const fullscreen = useFullscreen();
  const idle = useIdle(frame);

  useEffect(() => {
    if (!video.current) return;
    const element = video.current;
    element.volume = Math.min(1, Math.max(0, Number(recall('volume') ?? 1) || 0));
    element.muted = recall('muted') === 'yes';
    const created = play(element, channel.master, () => setSnapshot(created.snapshot()));
    setPlayer(created);
    setSnapshot(created.snapshot());
    return () => created.destroy();
  }, [channel.master]);

  useEffect(() => {
    onInstant(snapshot?.instant ?? null);
  }, [onInstant, Math.floor((snapshot?.instant ?? 0) / 1000)]);

  const chooseSubtitle = useCallback(
    (index: number) => {
      if (!player) return;
      store('subtitles', player.snapshot().subtitles[index]?.language ?? kOff);
      player.chooseSubtitle(index);
    },
    [player],
  );

  // The subtitles this viewer had last, else those in the language of the pages.
  const offered = snapshot?.subtitles.map(({ language }) => language).join() ?? '';
  useEffect(() => {
    if (!player || offered === '') return;
    const last = recall('subtitles');
    const wanted = last === kOff ? [] : last ? [last, ...languages] : languages;
    player.chooseSubtitle(preferredLanguage(offered.split(','), wanted));
  }, [player, offered]);

  const toggleFullscreen = useCallback(() => {
    if (document.fullscreenElement) {
      void document.exitFullscreen();
    } else {
      void frame.current?.requestFullscreen();
    }
  }, []);

  useKeys(player, chooseSubtitle, toggleFullscreen);

  const onVolumeChange = () => {
    if (!video.current) return;
    store('volume', String(video.current.volume));
    store('muted', video.current.muted ? 'yes' : 'no');
  };

  const busy = snapshot?.phase !== 'playing';
  return (
    <div class={idle && !busy ? 'screen idle' : 'screen'} ref={frame}>
      <video ref={video} playsInline onClick={() => player?.togglePlay()} onVolumeChange={onVolumeChange} />
      <Overlay channel={channel} snapshot={snapshot} onAir={onAir} player={player} />
      {player && snapshot && snapshot.phase !== 'unsupported' && (
        <Controls
          player={player}
          snapshot={snapshot}
          fullscreen={fullscreen}
          onFullscreen={toggleFullscreen}
          onSubtitle={chooseSubtitle}
        />
      )}
    </div>
  );
}

interface OverlayProps {
  readonly channel: Channel;
  readonly snapshot: Snapshot | null;
  readonly onAir: boolean;
  readonly player: Player | null;
}

/** What stands over the picture when there is something to say. */
function Overlay({ channel, snapshot, onAir, player }: OverlayProps) {
  const { strings } = useLocale();
  const phase = snapshot?.phase ?? 'loading';
  if (phase === 'unsupported') {
    return (
      <p class="overlay" role="alert">
        {strings.cannotPlay} <code>{new URL(channel.master, location.href).href}</code>
      </p>
    );
  }
  const nothingToShow = phase === 'loading' || phase === 'reconnecting';
  if (nothingToShow && !onAir) {
    return (
      <p class="overlay" role="status">
        {strings.offAir}
      </p>
    );
  }
  const words = {
    loading: strings.loading,
    buffering: strings.buffering,
    reconnecting: strings.reconnecting,
  } as const;
  if (phase === 'loading' || phase === 'buffering' || phase === 'reconnecting') {
    return (
      <p class="overlay" role="status">
        <span class="spinner" aria-hidden="true" />
        {words[phase]}
      </p>
    );
  }
  if (phase === 'playing' && snapshot?.muted) {
    return (
      <button type="button" class="unmute" onClick={() => player?.toggleMute()}>
        {strings.unmute}
      </button>
    );
  }
  return null;
}

function useFullscreen(): boolean {
  const [fullscreen, setFullscreen] = useState(false);
  useEffect(() => {
    const update = () => setFullscreen(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  return fullscreen;
}

/** Whether nothing moved over the element, and no key was pressed, for a while. */
function useIdle(element: { readonly current: HTMLElement | null }): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer: number | undefined;
    const wake = () => {
      setIdle(false);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setIdle(true), kIdle);
    };
    wake();
    const frame = element.current;
    frame?.addEventListener('pointermove', wake);
    window.addEventListener('keydown', wake);
    return () => {
      window.clearTimeout(timer);
      frame?.removeEventListener('pointermove', wake);
      window.removeEventListener('keydown', wake);
    };
  }, [element]);
  return idle;
}

function useKeys(
  player: Player | null,
  chooseSubtitle: (index: number) => void,
  toggleFullscreen: () => void,
): void {
  useEffect(() => {
    if (!player) return;
    const actions: Record<string, () => void> = {
      ' ': () => player.togglePlay(),
      k: () => player.togglePlay(),
      m: () => player.toggleMute(),
      f: toggleFullscreen,
      c: () => {
        const { subtitle, subtitles } = player.snapshot();
        chooseSubtitle(nextChoice(subtitle, subtitles.length));
      },
      l: () => player.goLive(),
      ArrowLeft: () => player.seekBy(-10),
      ArrowRight: () => player.seekBy(10),
      ArrowUp: () => player.setVolume(player.snapshot().volume + 0.1),
      ArrowDown: () => player.setVolume(player.snapshot().volume - 0.1),
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const target = event.target as HTMLElement;
      // These have uses of their own for the same keys.
      if (target.closest('select, [role=menu]')) return;
      if (target.matches('button, a') && event.key === ' ') return;
      if (target.matches('input') && event.key.startsWith('Arrow')) return;
      const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [player, chooseSubtitle, toggleFullscreen]);
}
