// The bar below the picture.

import { useLocale } from '../locale';
import { isLive, type Player, type Snapshot } from '../player';
import { formatLength, formatTimeExactly } from '../text';
import { Icon } from './icons';
import { Menu } from './menu';

export interface ControlsProps {
  readonly player: Player;
  readonly snapshot: Snapshot;
  readonly fullscreen: boolean;
  readonly onFullscreen: () => void;
  readonly onSubtitle: (index: number) => void;
}

export function Controls(props: ControlsProps) {
  const { player, snapshot, fullscreen } = props;
  const { strings } = useLocale();
  const playing = snapshot.phase !== 'paused' && snapshot.phase !== 'loading';
  const playLabel = playing ? strings.pause : strings.play;
  const soundLabel = snapshot.muted ? strings.unmute : strings.mute;
  const fullscreenLabel = fullscreen ? strings.exitFullscreen : strings.fullscreen;
  return (
    <div class="controls">
      <SeekBar player={player} snapshot={snapshot} />
      <div class="row">
        <button type="button" aria-label={playLabel} title={playLabel} onClick={() => player.togglePlay()}>
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <button type="button" aria-label={soundLabel} title={soundLabel} onClick={() => player.toggleMute()}>
          <Icon name={snapshot.muted ? 'silence' : 'sound'} />
        </button>
        <input
          class="volume"
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={snapshot.muted ? 0 : snapshot.volume}
          aria-label={strings.volume}
          onInput={(event) => player.setVolume(event.currentTarget.valueAsNumber)}
        />
        <LiveButton player={player} snapshot={snapshot} />
        <Clock snapshot={snapshot} />
        <span class="space" />
        {snapshot.subtitles.length > 0 && (
          <Menu
            name="subtitles"
            label={strings.subtitles}
            chosen={snapshot.subtitle}
            onChoose={props.onSubtitle}
            items={[
              { value: -1, text: strings.off },
              ...snapshot.subtitles.map(({ name, language }, value) => ({
                value,
                text: name,
                language,
              })),
            ]}
          >
            <Icon name="subtitles" />
          </Menu>
        )}
        {snapshot.qualities.length > 1 && <QualityMenu player={player} snapshot={snapshot} />}
        <button type="button" aria-label={fullscreenLabel} title={fullscreenLabel} onClick={props.onFullscreen}>
          <Icon name="fullscreen" />
        </button>
      </div>
    </div>
  );
}

interface PlayerProps {
  readonly player: Player;
  readonly snapshot: Snapshot;
}

function QualityMenu({ player, snapshot }: PlayerProps) {
  const { strings } = useLocale();
  const shown = snapshot.qualities[snapshot.shownQuality];
  const auto =
    shown && snapshot.quality < 0 ? `${strings.auto} (${shown.height}p)` : strings.auto;
  const best = snapshot.qualities
    .map(({ height }, value) => ({ value, height }))
    .sort((a, b) => b.height - a.height);
  return (
    <Menu
      name="quality"
      label={strings.quality}
      chosen={snapshot.quality}
      onChoose={(index) => player.chooseQuality(index)}
      items={[
        ...best.map(({ value, height }) => ({ value, text: `${height}p` })),
        { value: -1, text: auto },
      ]}
    >
      <Icon name="quality" />
    </Menu>
  );
}

function LiveButton({ player, snapshot }: PlayerProps) {
  const { strings } = useLocale();
  const live = isLive(snapshot);
  return (
    <button
      type="button"
      class={live ? 'live on' : 'live'}
      aria-label={live ? strings.live : strings.backToLive}
      title={live ? strings.live : strings.backToLive}
      disabled={live && snapshot.phase !== 'paused'}
      onClick={() => player.goLive()}
    >
      {live ? strings.live : strings.backToLive}
    </button>
  );
}

function Clock({ snapshot }: { snapshot: Snapshot }) {
  const { tag, strings } = useLocale();
  if (snapshot.instant === null) return null;
  const behind = snapshot.range ? snapshot.range.live - snapshot.position : 0;
  return (
    <span class="clock">
      {formatTimeExactly(snapshot.instant, tag)}
      {!isLive(snapshot) && (
        <span title={strings.behindLive}> −{formatLength(behind)}</span>
      )}
    </span>
  );
}

function SeekBar({ player, snapshot }: PlayerProps) {
  const { tag, strings } = useLocale();
  const { range, position, instant } = snapshot;
  const clockAt = (seconds: number) =>
    instant === null
      ? formatLength(seconds - (range?.start ?? 0))
      : formatTimeExactly(instant + (seconds - position) * 1000, tag);
  return (
    <input
      class="seek"
      type="range"
      step="any"
      min={range?.start ?? 0}
      max={range?.live ?? 1}
      value={range ? Math.min(position, range.live) : 1}
      disabled={range === null}
      aria-label={strings.position}
      aria-valuetext={clockAt(position)}
      onChange={(event) => player.seek(event.currentTarget.valueAsNumber)}
    />
  );
}
