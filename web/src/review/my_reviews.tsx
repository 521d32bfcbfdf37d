// The rounds in which whoever has come here is a juror.

import { useEffect } from 'preact/hooks';
import { fetchMyReviews } from '../api';
import { useStrings } from '../locale';
import { usePolling } from '../polling';
import { pickText } from '../text';
import { Notice, Refused, ServerSilent, Waiting } from '../ui/notices';
import { reviewStrings } from './strings';

const nowAndThen = (): number => 60_000;

export function MyReviews() {
  const { strings, languages } = useStrings(reviewStrings);
  const { answer, error } = usePolling(fetchMyReviews, nowAndThen);
  useEffect(() => {
    document.title = `${strings.review} · matinee`;
  }, [strings]);
  if (error?.refused) return <Refused error={error} />;
  if (!answer) return error ? <ServerSilent /> : <Waiting />;
  if (answer.value.length === 0) return <Notice title={strings.noRounds} />;
  return (
    <>
      <h1>{strings.review}</h1>
      <ul class="rounds">
        {answer.value.map((round) => (
          <li key={round.id}>
            <a class="button" href={round.page}>
              {pickText(round.titles, languages) || round.id}
            </a>{' '}
            {round.closed && <span class="badge quiet">{strings.closed}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
