// The first page: the channels, what is on each and what is next.

import { useEffect } from 'preact/hooks';
import { fetchChannels, type Answer, type Channel } from '../api';
import { useLocale } from '../locale';
import { pollDelay, programmeAt, programmesAfter } from '../schedule';
import { usePolling, useServerClock } from './polling';
import { Credits, Elapsed, Title, UpNext } from './programme';

const kMost = 15_000;

function untilSomethingEnds({ value, clockOffset }: Answer<readonly Channel[]>): number {
  const instant = Date.now() + clockOffset;
  return Math.min(kMost, ...value.map((channel) => pollDelay(channel, instant)));
}

export function ChannelList() {
  const { strings } = useLocale();
  const { answer, error } = usePolling(fetchChannels, untilSomethingEnds);
  const instant = useServerClock(answer?.clockOffset ?? 0);

  useEffect(() => {
    document.title = `${strings.channels} · matinee`;
  }, [strings]);

  return (
    <>
      <h1>{strings.channels}</h1>
      {error && (
        <p class="notice" role="status">
          {strings.serverSilent}
        </p>
      )}
      {!answer && !error && <p class="notice">{strings.loading}</p>}
      {answer?.value.length === 0 && <p class="notice">{strings.noChannels}</p>}
      <ul class="channels">
        {answer?.value.map((channel) => (
          <ChannelCard key={channel.id} channel={channel} instant={instant} />
        ))}
      </ul>
    </>
  );
}

function ChannelCard({ channel, instant }: { channel: Channel; instant: number }) {
  const { strings } = useLocale();
  const known = channel.now ? [channel.now, ...channel.next] : channel.next;
  // Between two answers the list moves on by itself.
  const now = programmeAt(known, instant);
  return (
    <li class="channel">
      <a class="poster" href={channel.watch} tabIndex={-1} aria-hidden="true">
        {now?.poster ? <img src={now.poster} alt="" /> : null}
      </a>
      <div class="about">
        <h2>
          <a href={channel.watch}>{channel.title}</a>
        </h2>
        {now ? (
          <p class="now">
            <span class="badge">{strings.onNow}</span>
            <Title programme={now} />
            <Credits programme={now} />
            <Elapsed programme={now} instant={instant} />
          </p>
        ) : (
          <p class="now">
            <span class="badge quiet">{strings.offAir}</span>
          </p>
        )}
        <UpNext programmes={programmesAfter(known, instant, 3)} />
        <p class="languages">
          {channel.languages.map((language) => (
            <span key={language.tag} lang={language.tag}>
              {language.name}
            </span>
          ))}
        </p>
      </div>
    </li>
  );
}
