// The playlists there are.

import { useCallback, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import type { Said } from '../ui/server_text';
import { createPlaylist, fetchPlaylists, type PlaylistSummary } from './api';
import { StudioLink } from './link';
import { useLoaded } from './live';
import { useNavigation } from './navigation';
import { slug } from './playlist';
import { PlaylistEditor } from './playlist_editor';
import { playlistsStrings } from './playlists_strings';
import { RemovePlaylist } from './removal';
import { studioAddress } from './route';
import { reasonOf } from './session';
import { studioStrings } from './strings';

export function Playlists() {
  const { route } = useNavigation();
  return route.subject ? <PlaylistEditor key={route.subject} id={route.subject} /> : <PlaylistList />;
}

function PlaylistList() {
  const { strings } = useStrings(playlistsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [making, setMaking] = useState(false);
  const { value, error } = useLoaded(
    useCallback((signal: AbortSignal) => fetchPlaylists(signal), []),
    (type) => type === 'playlist' || type === 'schedule' || type === 'channel',
  );
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  return (
    <>
      <div class="head">
        <h1>{studio.playlists}</h1>
        <Button kind="primary" onClick={() => setMaking(true)}>
          {strings.newPlaylist}
        </Button>
      </div>
      {value.length === 0 && <p>{strings.none}</p>}
      <ul class="playlists">
        {value.map((playlist) => (
          <li key={playlist.id} class="card" data-playlist={playlist.id}>
            <h2>
              <StudioLink to={studioAddress('playlists', playlist.id)}>
                {playlist.title || playlist.id}
              </StudioLink>
            </h2>
            <p class="badges">
              <PlaylistState playlist={playlist} />
            </p>
            <p class="soft small">
              {playlist.channels.length > 0
                ? fill(strings.playedOn, { channels: playlist.channels.join(', ') })
                : strings.playedNowhere}
            </p>
            <p class="commands">
              <RemovePlaylist playlist={playlist} />
            </p>
          </li>
        ))}
      </ul>
      {making && <NewPlaylist onClose={() => setMaking(false)} />}
    </>
  );
}

export function PlaylistState({ playlist }: { readonly playlist: PlaylistSummary }) {
  const { strings } = useStrings(playlistsStrings);
  const { published, draft, channels } = playlist;
  const said = published === 0
    ? strings.neverPublished
    : fill(channels.length > 0 ? strings.published : strings.isPublished, { n: published });
  return (
    <>
      <span class={`badge ${published > 0 ? 'good' : 'quiet'}`}>{said}</span>
      {published > 0 && draft > published && (
        <span class="badge warn">{fill(strings.draftAhead, { n: draft })}</span>
      )}
    </>
  );
}

function NewPlaylist({ onClose }: { readonly onClose: () => void }) {
  const { strings } = useStrings(playlistsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { go } = useNavigation();
  const [title, setTitle] = useState('');
  const [id, setId] = useState<string | null>(null); // null: follows the title
  const [error, setError] = useState<Said>('');
  const wanted = id ?? slug(title);
  const make = async () => {
    try {
      await createPlaylist(wanted, title.trim());
      onClose();
      go(studioAddress('playlists', wanted));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(reasonOf(failure, studio.noAnswer));
    }
  };
  return (
    <Dialog title={strings.newPlaylist} onClose={onClose} dirty={[title, id].some(Boolean)}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label={strings.title}>
          {(input) => (
            <input
              {...input}
              required
              maxLength={300}
              value={title}
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={strings.id} hint={strings.idHint} error={error}>
          {(input) => (
            <input
              {...input}
              required
              maxLength={100}
              pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
              value={wanted}
              onInput={(event) => setId(event.currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit" class="button primary">
          {strings.make}
        </button>
      </form>
    </Dialog>
  );
}
