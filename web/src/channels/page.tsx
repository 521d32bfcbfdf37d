// The first page: the channels, what is on each and what is next.

import { useEffect } from 'preact/hooks';
import { fetchChannels, type Answer, type Channel, type Programme } from '../api';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { usePolling, useServerClock } from '../polling';
import { linkBase } from '../route';
import { pollDelay, programmeAt, programmesAfter, secondsInto } from '../schedule';
import { fill, plural, zoneName } from '../text';
import { Notice, Refused, ServerSilent, SignInLink, Waiting } from '../ui/notices';
import { Credits, Elapsed, Title, UpNext } from '../ui/programme';
import { mount } from '../ui/shell';
import { Thumbnail } from '../ui/thumbnail';
import { listStrings } from './strings';
import './channels.css';

const kMost = 15_000;

function untilSomethingEnds({ value, clockOffset }: Answer<readonly Channel[]>): number {
  const instant = Date.now() + clockOffset;
  return Math.min(kMost, ...value.map((channel) => pollDelay(channel, instant)));
}

function ChannelList() {
  const { strings, tag } = useStrings(listStrings);
  const { answer, error } = usePolling(fetchChannels, untilSomethingEnds);
  const instant = useServerClock(answer?.clockOffset ?? 0);

  useEffect(() => {
    document.title = `${strings.channels} · matinee`;
  }, [strings]);

  if (error?.refused) return <Refused error={error} />;
  if (!answer) return error ? <ServerSilent /> : <Waiting />;
  if (answer.value.length === 0) {
    const byLink = linkBase(location.pathname) !== '';
    return (
      <Notice title={strings.noChannels} actions={byLink ? undefined : <SignInLink />}>
        <p>{strings.noChannelsHint}</p>
      </Notice>
    );
  }
  return (
    <>
      <h1 class="unseen">{strings.channels}</h1>
      {error && <ServerSilent />}
      <ul class="channels">
        {answer.value.map((channel) => (
          <ChannelCard key={channel.id} channel={channel} instant={instant} />
        ))}
      </ul>
      <p class="zone soft">{fill(strings.zone, { zone: zoneName(instant, tag) })}</p>
    </>
  );
}

function ChannelCard({ channel, instant }: { readonly channel: Channel; readonly instant: number }) {
  const { strings: common } = useStrings(commonStrings);
  const { strings, tag } = useStrings(listStrings);
  const known = channel.now ? [channel.now, ...channel.next] : channel.next;
  // Between two answers the list moves on by itself.
  const now = programmeAt(known, instant);
  const minutes = now ? Math.ceil((Date.parse(now.end) - instant) / 60_000) : 0;
  return (
    <li class="channel">
      <a class="poster" href={channel.watch} tabIndex={-1} aria-hidden="true">
        {now && <LivePicture programme={now} instant={instant} />}
      </a>
      <div class="about">
        <h2>
          <a href={channel.watch}>{channel.title}</a>
        </h2>
        {now ? (
          <div class="now">
            <p>
              <span class="badge">{common.nowOn}</span> <Title film={now} /> <Credits film={now} />
            </p>
            <Elapsed programme={now} instant={instant} />
            <p class="left soft">{fill(plural(strings.minutesLeft, minutes, tag), { n: minutes })}</p>
          </div>
        ) : (
          <p class="now">
            <span class="badge quiet">{common.offAir}</span>
          </p>
        )}
        <UpNext programmes={programmesAfter(known, instant, 3)} />
        <ul class="languages">
          {channel.languages.map((language) => (
            <li key={language.name} lang={language.tag}>
              {language.name}
            </li>
          ))}
        </ul>
      </div>
    </li>
  );
}

/** The film's poster, and in its corner the scene that is on at this moment. */
function LivePicture({ programme, instant }: { readonly programme: Programme; readonly instant: number }) {
  const { poster, thumbnails } = programme;
  return (
    <>
      {poster && <img src={poster} alt="" key={poster} />}
      {thumbnails && (
        <Thumbnail thumbnails={thumbnails} seconds={secondsInto(programme, instant)} width={120} />
      )}
    </>
  );
}

mount(<ChannelList />);
