// The picture with everything that stands over it.

import type { ComponentChildren } from 'preact';
import { createPortal, forwardRef } from 'preact/compat';
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'preact/hooks';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { play, type Player, type Snapshot } from '../player';
import { recall, store } from '../settings';
import { nextChoice, preferredLanguage } from '../text';
import { Button } from '../ui/button';
import { Icon } from '../ui/icons';
import { Controls } from './controls';
import { beginningOf, neighbour, type Films } from './films';
import { Help } from './help';
import { useKeys, type Action } from './keys';
import { hasPictureWindow, usePictureWindow, type PictureWindow } from './picture_window';
import { watchStrings } from './strings';
import { useSubtitleStyle } from './subtitle_style';
import { SubtitlesView } from './subtitles_view';

const kOff = 'off';
const kIdle = 3000; // milliseconds without a movement until the controls hide
const kSlotSettings = ['subtitles', 'second-subtitles'] as const;

export interface StageProps {
  /** Address of the multivariant playlist. */
  readonly master: string;
  readonly films: Films;
  readonly offAir: boolean;
  readonly poster: string | undefined;
  /** Milliseconds since 1970 of what is shown, about once a second. */
  readonly onInstant?: (instant: number | null) => void;
  /** The server refuses the stream: its answers say why. */
  readonly onRefused: () => void;
  /** Where it starts when `master` is new, in seconds; else where that kind of stream does. */
  readonly startAt?: number;
  /** Whenever it has changed. */
  readonly onSnapshot?: (snapshot: Snapshot) => void;
  /**
   * What stands over the picture and must never be missing: the picture is then not given away to
   * where the page cannot draw (picture in picture, telephones' own full screen, another device).
   */
  readonly watermark?: ComponentChildren;
}

export interface StageHandle {
  /** To milliseconds since 1970, or as close as one can go back. */
  goTo(instant: number): void;
  /** To `seconds` of the media timeline, playing or not. */
  seek(seconds: number): void;
  /** Seconds of the media timeline; null before anything is there. */
  position(): number | null;
}

export const Stage = forwardRef<StageHandle, StageProps>(function Stage(props, handle) {
  const { master, films, offAir, poster, onInstant, onRefused, onSnapshot, watermark } = props;
  const { strings } = useStrings(watchStrings);
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [player, setPlayer] = useState<Player | null>(null);
  const [snapshot, setSnapshot] = useState<Snapshot | null>(null);
  const [help, setHelp] = useState(false);
  const style = useSubtitleStyle();
  const fullscreen = useFullscreen();
  const { idle, hide } = useIdle(frame);
  const apart = usePictureWindow();

  // The player of the last film may still have something to say when the next one is there already.
  const listener = useRef({ master, onSnapshot });
  listener.current = { master, onSnapshot };
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.volume = Math.min(1, Math.max(0, Number(recall('volume') ?? 1) || 0));
    element.muted = recall('muted') === 'yes';
    markFirstFrame(element);
    const created = play(
      element,
      master,
      () => {
        setSnapshot(created.snapshot());
        if (listener.current.master === master) listener.current.onSnapshot?.(created.snapshot());
      },
      props.startAt,
    );
    setPlayer(created);
    setSnapshot(created.snapshot());
    return () => created.destroy();
  }, [master]);

  const second = snapshot?.instant == null ? null : Math.floor(snapshot.instant / 1000);
  useEffect(() => onInstant?.(second === null ? null : second * 1000), [onInstant, second]);
  const refused = snapshot?.status === 401 || snapshot?.status === 403 || snapshot?.status === 410;
  useEffect(() => {
    if (refused) onRefused();
  }, [refused, onRefused]);

  useImperativeHandle(handle, () => ({
    goTo(instant) {
      const now = player?.snapshot();
      if (now?.instant == null) return;
      player?.seek(now.position + (instant - now.instant) / 1000);
      frame.current?.scrollIntoView({ block: 'nearest' });
    },
    seek(seconds) {
      player?.seek(seconds);
      frame.current?.scrollIntoView({ block: 'nearest' });
    },
    // Of this very moment: snapshots lag behind.
    position: () => (player?.snapshot().range ? (video.current?.currentTime ?? null) : null),
  }), [player]);

  const chooseSubtitle = useCallback(
    (slot: 0 | 1, index: number) => {
      if (!player) return;
      store(kSlotSettings[slot], player.snapshot().subtitles[index]?.language ?? kOff);
      player.chooseSubtitle(slot, index);
    },
    [player],
  );
  useRememberedSubtitles(player, snapshot);

  const bound = watermark !== undefined;
  const act = useAct({
    player, films, frame, video, chooseSubtitle, step: style.step, setHelp, bound, apart,
  });
  useKeys(act, apart.opened);

  const onVolumeChange = () => {
    if (!video.current) return;
    store('volume', String(video.current.volume));
    // What the browser decides is not the viewer's choice.
    if (!player?.snapshot().soundRefused) store('muted', video.current.muted ? 'yes' : 'no');
  };
  // A mouse stops and starts the film; a finger asks for the controls, or puts them away.
  const onPress = (event: MouseEvent) => {
    const touch = (event as PointerEvent).pointerType === 'touch';
    if (!touch) act('play');
    else if (wasVisible.current) hide();
  };
  const hidden = idle && snapshot?.phase === 'playing';
  const wasVisible = useRef(true);
  const onPointerDown = () => {
    wasVisible.current = !hidden;
  };

  const languageOf = (index: number) => snapshot?.subtitles[index]?.language ?? '';
  const showControls = player && snapshot && snapshot.phase !== 'unsupported';
  const picture = (
    <section
      class={hidden ? 'stage idle' : 'stage'}
      ref={frame}
      aria-label={strings.player}
      data-phase={snapshot?.phase}
      onPointerDown={onPointerDown}
    >
      <video
        ref={video}
        playsInline
        poster={poster}
        disablePictureInPicture={bound}
        disableRemotePlayback={bound}
        onClick={onPress}
        onDblClick={() => act('fullscreen')}
        onVolumeChange={onVolumeChange}
      />
      {player && video.current && snapshot && (
        <SubtitlesView
          player={player}
          video={video.current}
          view={apart.opened ?? window}
          languages={[languageOf(snapshot.chosen[0]), languageOf(snapshot.chosen[1])]}
          style={style}
          controlsHeight={hidden ? 0 : controlsHeight(frame.current)}
        />
      )}
      {watermark}
      <Overlay master={master} snapshot={snapshot} offAir={offAir} />
      {showControls && (
        <Controls
          player={player}
          snapshot={snapshot}
          films={films}
          fullscreen={fullscreen}
          pictureInPicture={(hasPictureWindow() || document.pictureInPictureEnabled === true) && !bound}
          style={style}
          act={act}
          chooseSubtitle={chooseSubtitle}
        />
      )}
      {help && <Help onClose={() => setHelp(false)} />}
    </section>
  );
  // Under the picture: over it there is no place where no film has titles.
  return (
    <>
      <div class="picture-place" ref={apart.place}>
        {apart.opened && (
          <section class="stage away" aria-label={strings.player}>
            <div class="overlay">
              <span>{strings.inOwnWindow}</span>
              <Button onClick={apart.close}>{strings.backToPage}</Button>
            </div>
          </section>
        )}
        {createPortal(picture, apart.box)}
      </div>
      {snapshot?.soundRefused && (
        <button type="button" class="unmute button" onClick={() => player?.toggleMute()}>
          <Icon name="silence" />
          {strings.unmute}
        </button>
      )}
    </>
  );
});

/** Pixels from the foot of the picture to the top of the bar. */
function controlsHeight(frame: HTMLElement | null): number {
  const bar = frame?.querySelector('.controls .seek');
  return frame && bar ? frame.getBoundingClientRect().bottom - bar.getBoundingClientRect().top : 0;
}

/** How long after the page was asked for its first picture was there: for those who measure. */
function markFirstFrame(video: HTMLVideoElement): void {
  video.requestVideoFrameCallback?.(() => performance.mark('matinee-first-frame'));
}

/** Shows what this viewer chose before, else the first language that they read. */
function useRememberedSubtitles(player: Player | null, snapshot: Snapshot | null): void {
  const { languages } = useStrings(watchStrings);
  const offered = snapshot?.subtitles.map(({ language }) => language).join() ?? '';
  useEffect(() => {
    if (!player || offered === '') return;
    const tags = offered.split(',');
    const first = recall('subtitles');
    const wanted = first === kOff ? [] : first ? [first, ...languages] : languages;
    player.chooseSubtitle(0, preferredLanguage(tags, wanted));
    const second = recall('second-subtitles');
    if (second && second !== kOff) player.chooseSubtitle(1, preferredLanguage(tags, [second]));
  }, [player, offered]);
}

interface ActParts {
  readonly player: Player | null;
  readonly films: Films;
  readonly frame: { readonly current: HTMLElement | null };
  readonly video: { readonly current: HTMLVideoElement | null };
  readonly chooseSubtitle: (slot: 0 | 1, index: number) => void;
  readonly step: (by: 1 | -1) => void;
  readonly setHelp: (open: boolean) => void;
  /** The picture stays where the page can draw over it. */
  readonly bound: boolean;
  readonly apart: PictureWindow;
}

function useAct(parts: ActParts): (action: Action) => void {
  const { player, films, frame, video, chooseSubtitle, step, setHelp, bound, apart } = parts;
  return useMemo(() => {
    const goTo = (position: number | null) => {
      if (position !== null) player?.seek(position);
    };
    const toNeighbour = (direction: -1 | 1) => {
      const now = player?.snapshot();
      if (now?.range) goTo(neighbour(films, direction, now.range, now));
    };
    const nextSubtitle = (slot: 0 | 1) => {
      if (!player) return;
      const { chosen, subtitles } = player.snapshot();
      chooseSubtitle(slot, nextChoice(chosen[slot], subtitles.length));
    };
    const louder = (by: number) => player?.setVolume((video.current?.volume ?? 1) + by);
    const actions: Record<Action, () => void> = {
      play: () => player?.togglePlay(),
      back: () => player?.seekBy(-10),
      forward: () => player?.seekBy(10),
      previous: () => toNeighbour(-1),
      next: () => toNeighbour(1),
      restart: () => {
        const now = player?.snapshot();
        if (now) goTo(beginningOf(films, now));
      },
      live: () => player?.goLive(),
      louder: () => louder(0.1),
      quieter: () => louder(-0.1),
      mute: () => player?.toggleMute(),
      first: () => nextSubtitle(0),
      second: () => nextSubtitle(1),
      larger: () => step(1),
      smaller: () => step(-1),
      fullscreen: () => {
        if (apart.opened) apart.close();
        else toggleFullscreen(frame.current, bound ? null : video.current);
      },
      pip: () => {
        if (bound) return;
        if (apart.opened) apart.close();
        else if (hasPictureWindow()) apart.open();
        else togglePictureInPicture(video.current);
      },
      help: () => setHelp(true),
    };
    return (action: Action) => actions[action]();
  }, [player, films, frame, video, chooseSubtitle, step, setHelp, bound, apart.opened]);
}

type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?(): void };

function toggleFullscreen(frame: HTMLElement | null, video: PhoneVideo | null): void {
  if (document.fullscreenElement) {
    void document.exitFullscreen();
  } else if (frame?.requestFullscreen) {
    frame.requestFullscreen().catch(() => undefined); // not by a gesture: then it stays as it is
  } else {
    video?.webkitEnterFullscreen?.(); // telephones on which only a video can
  }
}

function togglePictureInPicture(video: HTMLVideoElement | null): void {
  if (!video || !document.pictureInPictureEnabled) return;
  const done = document.pictureInPictureElement
    ? document.exitPictureInPicture()
    : video.requestPictureInPicture();
  done.catch(() => undefined); // no picture yet, or not by a gesture
}

interface OverlayProps {
  readonly master: string;
  readonly snapshot: Snapshot | null;
  readonly offAir: boolean;
}

/** What stands over the picture when there is something to say. */
function Overlay({ master, snapshot, offAir }: OverlayProps) {
  const { strings } = useStrings(watchStrings);
  const { strings: common } = useStrings(commonStrings);
  const phase = snapshot?.phase ?? 'loading';
  if (phase === 'unsupported') {
    return (
      <p class="overlay" role="alert">
        {strings.cannotPlay} <code>{new URL(master, location.href).href}</code>
      </p>
    );
  }
  if (offAir && (phase === 'loading' || phase === 'reconnecting')) {
    return (
      <div class="overlay" role="status">
        <strong>{common.offAir}</strong>
        <span>{strings.offAirHint}</span>
      </div>
    );
  }
  if (phase === 'reconnecting') {
    return (
      <div class="overlay" role="status">
        <span class="spinner" aria-hidden="true" />
        <span>{snapshot?.status === 429 ? strings.full : strings.reconnecting}</span>
      </div>
    );
  }
  if (phase === 'loading' || phase === 'buffering') {
    return (
      <div class="overlay" role="status">
        <span class="spinner" aria-hidden="true" />
        <span>{phase === 'loading' ? common.loading : strings.buffering}</span>
      </div>
    );
  }
  return null;
}

export function useFullscreen(): boolean {
  const [fullscreen, setFullscreen] = useState(false);
  useEffect(() => {
    const update = () => setFullscreen(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  return fullscreen;
}

/**
 * Whether nothing moved over the element, and no key was pressed, for a while. It never is while the
 * keyboard's focus is on a control, or something is open.
 */
function useIdle(element: { readonly current: HTMLElement | null }) {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const frame = element.current;
    let timer: number | undefined;
    const rest = () => {
      const used = frame?.querySelector('.controls :focus-visible, [aria-expanded=true], dialog');
      if (used) wake();
      else setIdle(true);
    };
    const wake = () => {
      setIdle(false);
      window.clearTimeout(timer);
      timer = window.setTimeout(rest, kIdle);
    };
    wake();
    frame?.addEventListener('pointermove', wake);
    frame?.addEventListener('pointerdown', wake);
    frame?.addEventListener('focusin', wake);
    window.addEventListener('keydown', wake);
    return () => {
      window.clearTimeout(timer);
      frame?.removeEventListener('pointermove', wake);
      frame?.removeEventListener('pointerdown', wake);
      frame?.removeEventListener('focusin', wake);
      window.removeEventListener('keydown', wake);
    };
  }, [element]);
  return { idle, hide: () => setIdle(true) };
}
