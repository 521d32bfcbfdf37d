// Watching one film from beginning to end.

import { useCallback, useEffect, useMemo } from 'preact/hooks';
import { fetchEntry, type Answer, type Entry } from '../api';
import { useStrings } from '../locale';
import { usePolling } from '../polling';
import { addressOf } from '../route';
import { pickText } from '../text';
import { Notice, Refused, ServerSilent, ToAllChannels } from '../ui/notices';
import { Credits } from '../ui/programme';
import { Stage } from './stage';
import { watchStrings } from './strings';

// Whether the film may still be watched (a link may end), and not much more.
const nowAndThen = (_: Answer<Entry>): number => 60_000;

export function WatchEntry({ id }: { readonly id: string }) {
  const { strings, languages } = useStrings(watchStrings);
  const ask = useCallback((signal: AbortSignal) => fetchEntry(id, signal), [id]);
  const { answer, error, again } = usePolling(ask, nowAndThen);
  const entry = answer?.value;
  const title = entry ? pickText(entry.title, languages) : id;
  const films = useMemo(() => (entry ? entry : []), [entry]);

  useEffect(() => {
    document.title = `${title} · matinee`;
  }, [title]);

  if (error?.refused) return <Refused error={error} />;
  if (error?.status === 404) {
    return <Notice title={strings.noSuchEntry} actions={<ToAllChannels />} />;
  }
  return (
    <div class="watching">
      <div class="main">
        <Stage
          master={addressOf(`/entries/${encodeURIComponent(id)}/master.m3u8`, location.pathname)}
          films={films}
          offAir={false}
          poster={entry?.poster}
          onRefused={again}
        />
        {error && <ServerSilent />}
        <h1>{title}</h1>
        {entry && (
          <p class="now">
            <Credits film={entry} />
          </p>
        )}
      </div>
    </div>
  );
}
