// A draft as it would look on the air, at once: /previews/playlists.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, request } from '../api';
import { useStrings } from '../locale';
import type { Player } from '../player';
import { fill, formatLength } from '../text';
import { Dialog } from '../ui/dialog';
import type { Said } from '../ui/server_text';
import { useTitles } from './catalogue';
import { playlistsStrings } from './playlists_strings';
import { reasonOf } from './session';
import { studioStrings } from './strings';

interface Shown {
  readonly entry: string;
  /** Seconds from the beginning. */
  readonly start: number;
  readonly shown: 'film' | 'slate';
  readonly reason?: string;
}

export function PreviewDialog(props: {
  readonly id: string;
  readonly version: number;
  readonly onClose: () => void;
}) {
  const { strings } = useStrings(playlistsStrings);
  return (
    <Dialog title={strings.preview} onClose={props.onClose}>
      <PreviewPlayer place={`/previews/playlists/${encodeURIComponent(props.id)}/${props.version}`} />
    </Dialog>
  );
}

/** Plays what is at `place`; `timeOf` writes how far into it an item begins. */
export function PreviewPlayer(props: {
  readonly place: string;
  readonly timeOf?: (seconds: number) => string;
}) {
  const { place, timeOf = formatLength } = props;
  const { strings } = useStrings(playlistsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const titleOf = useTitles();
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<Player | null>(null);
  const [items, setItems] = useState<readonly Shown[]>([]);
  const [error, setError] = useState<Said>('');
  useEffect(() => {
    let closed = false;
    const begin = async () => {
      try {
        const { items: shown } = await request<{ items: readonly Shown[] }>(`${place}/preview.json`);
        // hls.js weighs more than the studio: it comes when it is needed.
        const { play } = await import('../player');
        if (closed || !video.current) return;
        setItems(shown);
        player.current = play(video.current, `${place}/master.m3u8`, () => {});
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure;
        setError(reasonOf(failure, studio.noAnswer));
      }
    };
    void begin();
    return () => {
      closed = true;
      player.current?.destroy();
    };
  }, [place]);
  return (
    <div class="wide confirmation">
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <video ref={video} class="preview-video" controls playsInline />
      <ol class="preview-items">
        {items.map((item) => (
          <li key={item.start}>
            <button type="button" class="button" onClick={() => player.current?.seek(item.start)}>
              <span class="time">{timeOf(item.start)}</span> {titleOf(item.entry)}
            </button>
            {item.shown === 'slate' && (
              <span class="error small">{fill(strings.slateInstead, { reason: item.reason ?? '' })}</span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
