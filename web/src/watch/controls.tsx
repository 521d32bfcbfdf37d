// The bar below the picture.

import { useStrings } from '../locale';
import { isLive, type Player, type Snapshot } from '../player';
import { formatLength, formatTimeExactly } from '../text';
import { IconButton } from '../ui/button';
import { Chips } from '../ui/chips';
import { Icon } from '../ui/icons';
import { Menu } from '../ui/menu';
import { Panel } from '../ui/panel';
import type { Films } from './films';
import type { Action } from './keys';
import { SeekBar } from './seek_bar';
import { watchStrings } from './strings';
import { kBackgroundsInOrder, kSizesInOrder, type SubtitleStyle } from './subtitle_style';

export interface ControlsProps {
  readonly player: Player;
  readonly snapshot: Snapshot;
  readonly films: Films;
  readonly fullscreen: boolean;
  readonly pictureInPicture: boolean;
  readonly style: SubtitleStyle;
  readonly act: (action: Action) => void;
  readonly chooseSubtitle: (slot: 0 | 1, index: number) => void;
}

export function Controls(props: ControlsProps) {
  const { player, snapshot, films, fullscreen, act } = props;
  const { strings } = useStrings(watchStrings);
  const playing = snapshot.phase === 'playing' || snapshot.phase === 'buffering' || snapshot.phase === 'reconnecting';
  const onChannel = snapshot.instant !== null;
  return (
    <div class="controls">
      <SeekBar player={player} snapshot={snapshot} films={films} />
      <div class="row">
        <IconButton
          icon={playing ? 'pause' : 'play'}
          label={playing ? strings.pause : strings.play}
          shortcut="K"
          onClick={() => act('play')}
        />
        <IconButton icon="restart" label={strings.startOver} shortcut="S" onClick={() => act('restart')} />
        <IconButton
          icon={snapshot.muted ? 'silence' : 'sound'}
          label={snapshot.muted ? strings.unmute : strings.mute}
          shortcut="M"
          onClick={() => act('mute')}
        />
        <input
          class="volume"
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={snapshot.muted ? 0 : snapshot.volume}
          aria-label={strings.volume}
          aria-valuetext={`${Math.round((snapshot.muted ? 0 : snapshot.volume) * 100)} %`}
          onInput={(event) => player.setVolume(event.currentTarget.valueAsNumber)}
        />
        {onChannel && <LiveButton snapshot={snapshot} onClick={() => act('live')} />}
        <Clock snapshot={snapshot} />
        <span class="space" />
        <SubtitlesPanel {...props} />
        {snapshot.qualities.length > 1 && <QualityMenu player={player} snapshot={snapshot} />}
        {props.pictureInPicture && (
          <span class="roomy-only">
            <IconButton icon="pip" label={strings.pictureInPicture} shortcut="P" onClick={() => act('pip')} />
          </span>
        )}
        <span class="wide-only">
          <IconButton icon="help" label={strings.help} shortcut="?" onClick={() => act('help')} />
        </span>
        <IconButton
          icon={fullscreen ? 'shrink' : 'fullscreen'}
          label={fullscreen ? strings.exitFullscreen : strings.fullscreen}
          shortcut="F"
          onClick={() => act('fullscreen')}
        />
      </div>
    </div>
  );
}

function SubtitlesPanel({ snapshot, style, chooseSubtitle }: ControlsProps) {
  const { strings } = useStrings(watchStrings);
  const { subtitles, chosen } = snapshot;
  if (subtitles.length === 0) return null;
  const languages = [
    { value: -1, text: strings.off },
    ...subtitles.map(({ name, language }, value) => ({ value, text: name, language })),
  ];
  const sizes = { small: strings.sizeSmall, medium: strings.sizeMedium, large: strings.sizeLarge, huge: strings.sizeHuge };
  const backgrounds = { none: strings.backgroundNone, half: strings.backgroundHalf, full: strings.backgroundFull };
  return (
    <Panel name="subtitles" label={strings.subtitles} icon="subtitles" opens="above">
      <Chips
        legend={strings.firstLanguage}
        items={languages}
        chosen={chosen[0]}
        onChoose={(index) => chooseSubtitle(0, index)}
      />
      <Chips
        legend={strings.secondLanguage}
        items={languages}
        chosen={chosen[1]}
        onChoose={(index) => chooseSubtitle(1, index)}
      />
      <Chips
        legend={strings.size}
        items={kSizesInOrder.map((value) => ({ value, text: sizes[value] }))}
        chosen={style.size}
        onChoose={style.setSize}
      />
      <Chips
        legend={strings.background}
        items={kBackgroundsInOrder.map((value) => ({ value, text: backgrounds[value] }))}
        chosen={style.background}
        onChoose={style.setBackground}
      />
    </Panel>
  );
}

function QualityMenu({ player, snapshot }: { readonly player: Player; readonly snapshot: Snapshot }) {
  const { strings } = useStrings(watchStrings);
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
      opens="above"
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

function LiveButton({ snapshot, onClick }: { readonly snapshot: Snapshot; readonly onClick: () => void }) {
  const { strings } = useStrings(watchStrings);
  const live = isLive(snapshot);
  const text = live ? strings.live : strings.backToLive;
  return (
    <button
      type="button"
      class={live ? 'live on' : 'live'}
      aria-keyshortcuts="L"
      disabled={live && snapshot.phase !== 'paused'}
      onClick={onClick}
    >
      {text}
    </button>
  );
}

function Clock({ snapshot }: { readonly snapshot: Snapshot }) {
  const { tag } = useStrings(watchStrings);
  const { range, position, instant } = snapshot;
  if (!range) return null;
  if (instant === null) {
    return (
      <span class="clock time">
        {formatLength(position)} / {formatLength(range.live)}
      </span>
    );
  }
  return (
    <span class="clock time">
      {formatTimeExactly(instant, tag)}
      {!isLive(snapshot) && <span class="behind"> −{formatLength(range.live - position)}</span>}
    </span>
  );
}
