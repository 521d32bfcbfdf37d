// A film with one of its subtitle files over it, as viewers see it; also with a shift that is not applied yet.

import { forwardRef } from 'preact/compat';
import { useEffect, useImperativeHandle, useRef, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import type { Player, Snapshot } from '../player';
import { fill } from '../text';
import { IconButton } from '../ui/button';
import { SubtitlesView } from '../watch/subtitles_view';
import type { SubtitleFile } from './api';
import { renditionOf, subtitleAddresses } from './subtitle_timing';
import { subtitlesStrings } from './subtitles_strings';

export interface SubtitlePreviewProps {
  /** Address of the film's multivariant playlist. */
  readonly master: string;
  readonly files: readonly SubtitleFile[];
  readonly file: SubtitleFile;
  /** Seconds of the film. */
  readonly startAt: number;
  /** Seconds by which cues are shown later than the stream has them. */
  readonly delay: number;
  readonly onClose: () => void;
}

export interface PreviewHandle {
  /** To so many seconds of the film. */
  seek(seconds: number): void;
  /** Something has changed in the files: what is shown follows as soon as the server has it. */
  refresh(): void;
}

const kStyle = {
  size: 'medium', background: 'half', setSize() {}, setBackground() {}, step() {},
} as const;
// Milliseconds between looks whether the stream has become another: while it is expected to, and else, as others may
// change the files too.
const kLookSoon = 400;
const kLook = 3000;
const kSoonLooks = 40;

export const SubtitlePreview = forwardRef<PreviewHandle, SubtitlePreviewProps>(function SubtitlePreview(props, handle) {
  const { master, files, file, startAt, delay, onClose } = props;
  const { strings } = useStrings(subtitlesStrings);
  const video = useRef<HTMLVideoElement>(null);
  const [player, setPlayer] = useState<Player | null>(null);
  const [snapshot, setSnapshot] = useState<Snapshot | null>(null);
  // Which reading of the stream this is: it is read anew when its renditions are others.
  const [reading, setReading] = useState({ number: 0, at: startAt, paused: false });
  const seen = useRef<Promise<string>>(Promise.resolve(''));
  const latest = useRef(delay);
  latest.current = delay;

  useEffect(() => {
    let closed = false;
    let created: Player | null = null;
    seen.current = textsOf(master);
    // hls.js weighs more than the studio: it comes when it is needed.
    void import('../player').then(({ play }) => {
      const element = video.current;
      if (closed || !element) return;
      const made = play(element, master, () => setSnapshot(made.snapshot()), reading.at);
      created = made;
      if (reading.paused) element.pause();
      made.delaySubtitles(latest.current);
      setPlayer(made);
      setSnapshot(made.snapshot());
    });
    return () => {
      closed = true;
      created?.destroy();
      setPlayer(null);
    };
  }, [master, reading]);

  const renditions = snapshot?.subtitles ?? [];
  const at = renditionOf(files, file, renditions);
  useEffect(() => player?.chooseSubtitle(0, at), [player, at, renditions.length]);
  useEffect(() => player?.delaySubtitles(delay), [player, delay]);
  useEffect(() => {
    video.current?.closest('.subtitle-preview')?.scrollIntoView({ block: 'nearest' });
    video.current?.focus();
  }, []);

  const position = () => video.current?.currentTime ?? reading.at;
  const soon = useRef(0); // so many looks more are made soon after one another
  const waiting = useRef(0);
  const look = useRef(() => {});
  useEffect(() => {
    let closed = false;
    const wait = () => {
      window.clearTimeout(waiting.current);
      if (!closed) waiting.current = window.setTimeout(look.current, soon.current > 0 ? kLookSoon : kLook);
    };
    look.current = () =>
      void (async () => {
        const before = await seen.current;
        const now = await textsOf(master);
        if (closed) return;
        if (now === '' || now === before) {
          soon.current = Math.max(soon.current - 1, 0);
          wait();
          return;
        }
        soon.current = 0;
        const paused = video.current?.paused ?? false;
        setReading(({ number }) => ({ number: number + 1, at: position(), paused }));
      })();
    wait();
    return () => {
      closed = true;
      window.clearTimeout(waiting.current);
    };
  }, [master, reading]);
  const refresh = () => {
    soon.current = kSoonLooks;
    window.clearTimeout(waiting.current);
    look.current();
  };
  useImperativeHandle(handle, () => ({
    seek(seconds) {
      if (video.current) video.current.currentTime = seconds;
      video.current?.closest('.subtitle-preview')?.scrollIntoView({ block: 'nearest' });
    },
    refresh,
  }));
  return (
    <div class="subtitle-preview" role="group" aria-label={fill(strings.over, { file: file.file })}>
      <div class="preview-stage">
        <video ref={video} class="preview-video" controls playsInline />
        {player && video.current && (
          <SubtitlesView
            player={player}
            video={video.current}
            languages={[file.language, '']}
            style={kStyle}
            controlsHeight={48}
          />
        )}
      </div>
      <div class="preview-foot">
        <p class="soft small" role="status">
          {snapshot && renditions.length > 0 && at < 0
            ? fill(strings.notInStream, { file: file.file })
            : fill(strings.over, { file: file.file })}
        </p>
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </div>
    </div>
  );
});

/** What the stream says of its subtitles; "" while that cannot be had. Read past the browser's cache. */
async function textsOf(master: string): Promise<string> {
  const read = async (address: string): Promise<string> => {
    const answer = await fetch(address, { cache: 'reload' });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.text();
  };
  try {
    const address = new URL(master, location.href).href;
    const text = await read(address);
    return [text, ...(await Promise.all(subtitleAddresses(text, address).map(read)))].join('\n');
  } catch {
    return ''; // the server is away; it is asked again
  }
}
