// Taking channels and playlists away: what goes, and what stays, is said before it is done.

import { useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { useToast } from '../ui/toast';
import { fetchPlaylist, removePlaylist, type PlaylistSummary } from './api';
import { removalStrings } from './removal_strings';
import { fetchChannelSettings, removeChannel } from './rooms_api';
import { useAsked } from './session';
import { studioStrings } from './strings';

/** Of the channel as it is when it is confirmed: what others change meanwhile goes as well. */
export function RemoveChannel({ id, title }: { readonly id: string; readonly title: string }) {
  const { strings } = useStrings(removalStrings);
  return (
    <Removal
      name={title}
      question={fill(strings.channelTitle, { title })}
      goes={strings.channelGoes}
      stays={strings.channelStays}
      done={fill(strings.channelDone, { title })}
      remove={async () => removeChannel(id, (await fetchChannelSettings(id)).etag)}
    />
  );
}

export function RemovePlaylist({ playlist }: { readonly playlist: PlaylistSummary }) {
  const { strings } = useStrings(removalStrings);
  const { id, channels } = playlist;
  const title = playlist.title || id;
  return (
    <Removal
      name={title}
      question={fill(strings.playlistTitle, { title })}
      goes={strings.playlistGoes}
      stays={strings.playlistStays}
      done={fill(strings.playlistDone, { title })}
      obstacle={channels.length > 0 ? fill(strings.playlistPlayed, { channels: channels.join(', ') }) : ''}
      remove={async () => removePlaylist(id, (await fetchPlaylist(id)).etag)}
    />
  );
}

function Removal(props: {
  readonly name: string;
  readonly question: string;
  readonly goes: string;
  readonly stays: string;
  readonly done: string;
  /** Why it cannot be removed now. */
  readonly obstacle?: string;
  readonly remove: () => Promise<void>;
}) {
  const { name, question, goes, stays, done, obstacle = '', remove } = props;
  const { strings } = useStrings(removalStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [asking, setAsking] = useState(false);
  const toast = useToast();
  const { ask, busy, error } = useAsked();
  const close = () => setAsking(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setAsking(true)}>
        {strings.remove}
        <span class="unseen"> {name}</span>
      </button>
      {asking && (
        <Dialog
          title={question}
          onClose={close}
          actions={
            <>
              <Button onClick={close}>{studio.cancel}</Button>
              <Button
                kind="danger"
                disabled={busy || obstacle !== ''}
                onClick={() =>
                  void ask(remove(), () => {
                    toast(done);
                    close();
                  })
                }
              >
                {strings.doIt}
              </Button>
            </>
          }
        >
          <div class="confirmation">
            {obstacle !== '' && <p>{obstacle}</p>}
            <p>{goes}</p>
            <p>{stays}</p>
            {error && (
              <p class="error" role="alert">
                {error}
              </p>
            )}
          </div>
        </Dialog>
      )}
    </>
  );
}
