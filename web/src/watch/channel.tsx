// Watching a channel.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, fetchAirings, fetchChannel, type Answer, type Channel, type Programme } from '../api';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { usePolling, useServerClock } from '../polling';
import { addressOf } from '../route';
import {
  pollDelay,
  programmeAt,
  programmesAfter,
  programmesBefore,
  recallEarlier,
  remember,
  type Known,
} from '../schedule';
import { fill, formatMoment, pickText } from '../text';
import { Notice, Refused, ServerSilent, ToAllChannels } from '../ui/notices';
import { Credits, Elapsed, StartTime, Title } from '../ui/programme';
import { Stage, type StageHandle } from './stage';
import { watchStrings } from './strings';

const kReach = 3_600_000; // milliseconds that the list of what was on goes back

const untilItEnds = ({ value, clockOffset }: Answer<Channel>): number =>
  pollDelay(value, Date.now() + clockOffset);

export function WatchChannel({ id }: { readonly id: string }) {
  const { strings } = useStrings(watchStrings);
  const ask = useCallback((signal: AbortSignal) => fetchChannel(id, signal), [id]);
  const { answer, error, again } = usePolling(ask, untilItEnds);
  const serverNow = useServerClock(answer?.clockOffset ?? 0);
  const [shown, setShown] = useState<number | null>(null);
  const channel = answer?.value;
  // The past can wait until there is a picture.
  const known = useKnown(id, channel, shown !== null && error === null);
  const stage = useRef<StageHandle | null>(null);

  useEffect(() => {
    document.title = `${channel?.title ?? id} · matinee`;
  }, [channel?.title, id]);

  if (error?.refused) return <Refused error={error} />;
  if (error?.status === 404) {
    return <Notice title={strings.noSuchChannel} actions={<ToAllChannels />} />;
  }
  // A viewer who went back sees what was on then.
  const instant = shown ?? serverNow;
  return (
    <div class="watching">
      <div class="main">
        <Stage
          ref={stage}
          // Its address is known before the first answer: the picture need not wait for it.
          master={addressOf(`/channels/${encodeURIComponent(id)}/master.m3u8`, location.pathname)}
          films={known}
          offAir={channel !== undefined && !channel.now}
          poster={channel?.now?.poster}
          onInstant={setShown}
          onRefused={again}
        />
        {error && <ServerSilent />}
        <h1>{channel?.title ?? id}</h1>
        {channel && <NowOn programme={programmeAt(known, instant)} instant={instant} />}
      </div>
      <ProgrammeList
        known={known}
        instant={instant}
        serverNow={serverNow}
        onWatch={(start) => stage.current?.goTo(start)}
      />
    </div>
  );
}

/** What was on and is announced; asks for the past once, and again after the server was away. */
function useKnown(id: string, channel: Channel | undefined, ready: boolean): Known {
  const [known, setKnown] = useState<Known>([]);
  useEffect(() => {
    if (channel) setKnown((before) => remember(before, channel));
  }, [channel]);
  useEffect(() => {
    if (!ready) return;
    const abort = new AbortController();
    fetchAirings(id, abort.signal).then(
      (airings) => setKnown((before) => recallEarlier(before, airings)),
      (error: unknown) => {
        // Without it the bar has no marks until films end; the poll above says what is the matter.
        if (!abort.signal.aborted && !(error instanceof ApiError)) throw error;
      },
    );
    return () => abort.abort();
  }, [id, ready]);
  return known;
}

function NowOn({ programme, instant }: { readonly programme: Programme | undefined; readonly instant: number }) {
  const { strings: common } = useStrings(commonStrings);
  const { strings } = useStrings(watchStrings);
  const [said, setSaid] = useState<Programme | undefined>(programme);
  useEffect(() => setSaid(programme), [programme?.start]);
  if (!programme) return <p class="now soft">{strings.offAirHint}</p>;
  return (
    <div class="now">
      <p aria-live="polite" key={said?.start}>
        <span class="badge">{common.nowOn}</span> <Title film={programme} /> <Credits film={programme} />
      </p>
      <Elapsed programme={programme} instant={instant} />
    </div>
  );
}

interface ProgrammeListProps {
  readonly known: Known;
  readonly instant: number;
  readonly serverNow: number;
  readonly onWatch: (start: number) => void;
}

function ProgrammeList({ known, instant, serverNow, onWatch }: ProgrammeListProps) {
  const { strings: common } = useStrings(commonStrings);
  const { strings, tag, languages } = useStrings(watchStrings);
  const next = programmesAfter(known, instant, 5);
  const second = Math.floor(serverNow / 1000);
  const earlier = useMemo(() => programmesBefore(known, second * 1000, kReach), [known, second]);
  if (next.length === 0 && earlier.length === 0) return null;
  return (
    <section class="programme" aria-label={strings.programme}>
      {next.length > 0 && <h2>{common.next}</h2>}
      <ol class="upcoming">
        {next.map((programme) => (
          <li key={programme.start}>
            <time class="time" dateTime={programme.start}>
              {formatMoment(Date.parse(programme.start), serverNow, tag)}
            </time>
            <span>
              <Title film={programme} /> <Credits film={programme} />
            </span>
          </li>
        ))}
      </ol>
      {earlier.length > 0 && <h2>{strings.earlier}</h2>}
      <ol class="earlier" tabIndex={earlier.length > 4 ? 0 : undefined} aria-label={strings.earlier}>
        {earlier.slice(0, kMostEarlier).map((programme) => (
          <li key={programme.start}>
            <button
              type="button"
              title={fill(strings.watchAgain, { title: pickText(programme.title, languages) })}
              onClick={() => onWatch(Date.parse(programme.start))}
            >
              <StartTime programme={programme} />
              <Title film={programme} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const kMostEarlier = 60;
