// Publishing a draft: first what would change, on each channel and from when.

import { useEffect, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { useStrings } from '../locale';
import { fill, formatTimeExactly, plural } from '../text';
import { Button } from '../ui/button';
import { Chips } from '../ui/chips';
import { Dialog } from '../ui/dialog';
import { Waiting } from '../ui/notices';
import type { Said } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { publishPlaylist, type Playlist, type PlaylistPublication, type Publication, type When } from './api';
import { useTitles } from './catalogue';
import { playlistsStrings } from './playlists_strings';
import { reasonOf } from './session';
import { studioStrings } from './strings';

const kShown = 20; // changes of a channel

export function PublishDialog(props: {
  readonly playlist: Tagged<Playlist>;
  readonly onClose: () => void;
  /** With the tag it has from then on. */
  readonly onPublished: (tag: string) => void;
}) {
  const { onClose, onPublished } = props;
  const { strings, tag } = useStrings(playlistsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const { value: playlist, etag: version } = props.playlist;
  const [when, setWhen] = useState<When>('after-current');
  const [plan, setPlan] = useState<PlaylistPublication | null>(null);
  const [error, setError] = useState<Said>('');
  const [busy, setBusy] = useState(false);

  const explain = (failure: unknown) => {
    if (!(failure instanceof ApiError)) throw failure;
    setError(failure.status === 412 ? strings.somebodyFirst : reasonOf(failure, studio.noAnswer));
  };
  useEffect(() => {
    let current = true;
    setPlan(null);
    setError('');
    publishPlaylist(playlist.id, playlist.version, when, true, version).then(
      ({ value }) => current && setPlan(value),
      (failure: unknown) => current && explain(failure),
    );
    return () => {
      current = false;
    };
  }, [playlist.id, version, when]);

  const publish = async () => {
    setBusy(true);
    try {
      const done = await publishPlaylist(playlist.id, playlist.version, when, false, version);
      const seen = done.value.channels.filter(({ from }) => from !== null);
      toast(
        seen.length === 0
          ? strings.donePublish
          : seen
              .map(({ channel, from }) =>
                fill(strings.donePublishAt, {
                  channel,
                  time: formatTimeExactly(Date.parse(from ?? ''), tag),
                }),
              )
              .join(' '),
      );
      onPublished(done.etag);
    } catch (failure) {
      explain(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={fill(strings.publishTitle, { n: playlist.version })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button kind="primary" disabled={busy || !plan || error !== ''} onClick={() => void publish()}>
            {strings.publishDo}
          </Button>
        </>
      }
    >
      <div class="wide confirmation">
        <Chips
          legend={strings.when}
          items={(['after-current', 'now'] as const).map((value) => ({ value, text: strings[value] }))}
          chosen={when}
          onChoose={setWhen}
        />
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        {!plan && !error && <Waiting />}
        {plan && plan.channels.length === 0 && <p>{strings.nobody}</p>}
        {plan?.channels.map((publication) => (
          <Changes key={publication.channel} publication={publication} />
        ))}
      </div>
    </Dialog>
  );
}

function Changes({ publication }: { readonly publication: Publication }) {
  const { strings, tag } = useStrings(playlistsStrings);
  const titleOf = useTitles();
  const { channel, from, changes } = publication;
  if (from === null) return <p>{fill(strings.unchanged, { channel })}</p>;
  const more = publication.more + Math.max(0, changes.length - kShown);
  const name = (entry: string | null) => (entry === null ? strings.nothing : titleOf(entry));
  return (
    <section>
      <h3>{fill(strings.changesFrom, { channel, time: formatTimeExactly(Date.parse(from), tag) })}</h3>
      <table class="rundown changes">
        <thead>
          <tr>
            <td />
            <th scope="col">{strings.before}</th>
            <th scope="col">{strings.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, kShown).map(({ at, before, after }) => (
            <tr key={at}>
              <th scope="row" class="time">
                {formatTimeExactly(Date.parse(at), tag)}
              </th>
              <td>{name(before)}</td>
              <td>{name(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="soft">{fill(plural(strings.more, more, tag), { n: more })}</p>}
    </section>
  );
}
