// Preparations: what is under way, what waits, what went wrong.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill, formatLength, formatMoment, plural } from '../text';
import { Button } from '../ui/button';
import { Chips } from '../ui/chips';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { prepareEntry, type Job } from './api';
import { useTitles } from './catalogue';
import { durationOf } from './channel_form';
import { useEvents, useLoaded } from './live';
import { cancelJob, fetchJobs, type FullJob } from './rooms_api';
import { roomsStrings } from './rooms_strings';
import { useFailure } from './session';
import { settingsStrings } from './settings_strings';
import { partOfVariant } from './trim_points';

const kFilters = ['all', 'open', 'failed', 'done'] as const;
type Filter = (typeof kFilters)[number];
const kStates: Readonly<Record<Filter, readonly Job['state'][]>> = {
  all: [],
  open: ['queued', 'running'],
  failed: ['failed', 'cancelled'],
  done: ['done'],
};
const kPage = 100;

export function Jobs() {
  const { strings, tag } = useStrings(settingsStrings);
  const { strings: rooms } = useStrings(roomsStrings);
  const [filter, setFilter] = useState<Filter>('all');
  const [limit, setLimit] = useState(kPage);
  const [fresh, setFresh] = useState<ReadonlyMap<string, Job>>(new Map());
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchJobs(kStates[filter], limit, signal), [filter, limit]),
    (type, data) => type === 'job' && data['state'] !== 'running',
  );
  // How far they are comes with the events; one that has begun just now is not in the list yet.
  useEvents((type, data) => {
    if (type !== 'job' || typeof data['id'] !== 'string') return;
    const job = data as unknown as Job;
    setFresh((before) => new Map(before).set(job.id, job));
    if (value && !value.items.some(({ id }) => id === job.id)) reload();
  });
  useEffect(() => setFresh(new Map()), [value]);
  const now = useMinuteHand();
  return (
    <>
      <div class="filters">
        <Chips
          legend={strings.show}
          items={kFilters.map((each) => ({ value: each, text: strings[`f_${each}`] }))}
          chosen={filter}
          onChoose={setFilter}
        />
      </div>
      {!value && (error ? <ServerSilent /> : <Waiting />)}
      {value && value.items.length === 0 && <p>{rooms.nothingYet}</p>}
      {value && (
        <ul class="jobs">
          {value.items.map((job) => (
            <JobRow key={job.id} job={{ ...job, ...fresh.get(job.id) }} now={now} onChanged={reload} />
          ))}
        </ul>
      )}
      {value?.next && (
        <p>
          <Button onClick={() => setLimit(Math.min(500, limit + kPage))} disabled={limit >= 500}>
            {rooms.more}
          </Button>
        </p>
      )}
      {value && (
        <p class="soft small" role="status">
          {fill(plural(strings.jobs_count, value.items.length, tag), { n: value.items.length })}
        </p>
      )}
    </>
  );
}

/** The time, kept fresh once a second. */
function useMinuteHand(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

const kBadges: Readonly<Record<Job['state'], string>> = {
  queued: 'quiet', running: 'warn', done: 'good', failed: 'bad', cancelled: 'quiet',
};

function JobRow(props: { readonly job: FullJob; readonly now: number; readonly onChanged: () => void }) {
  const { job, now, onChanged } = props;
  const { strings, tag } = useStrings(settingsStrings);
  const titleOf = useTitles();
  const toast = useToast();
  const failure = useFailure();
  const title = titleOf(job.entry);
  const part = partOfVariant(job.variant ?? null);
  const taken = durationOf(job, now);
  const open = job.state === 'queued' || job.state === 'running';
  const act = (done: Promise<unknown>, said: string) =>
    void done.then(() => {
      toast(said);
      onChanged();
    }, failure);
  return (
    <li data-job={job.entry} data-state={job.state}>
      <div class="job-what">
        <span class="title">{title}</span>{' '}
        {job.variant && (
          <span class="soft small">
            {part ? fill(strings.part, { from: part.in, to: part.out === null ? strings.end : part.out - 1 }) : strings.burnt}
          </span>
        )}
        {job.reason && job.state === 'failed' && <p class="error small"><ServerText>{job.reason}</ServerText></p>}
      </div>
      <span class={`badge ${kBadges[job.state]}`}>
        {job.cancelling && open ? strings.j_cancelling : strings[`j_${job.state}`]}
      </span>
      <span class="soft small time">
        {job.created && formatMoment(Date.parse(job.created), now, tag)}
        {taken !== null && ` · ${formatLength(taken / 1000)}`}
      </span>
      {job.state === 'running' ? (
        <progress class="elapsed" max={1} value={job.fraction} aria-label={fill(strings.progress, { title })} />
      ) : (
        <span />
      )}
      {open ? (
        <button
          type="button"
          class="button"
          disabled={job.cancelling}
          aria-label={fill(strings.cancelJob, { title })}
          onClick={() => act(cancelJob(job.id), fill(strings.cancelled, { title }))}
        >
          {strings.cancel}
        </button>
      ) : job.state === 'failed' || job.state === 'cancelled' ? (
        <button
          type="button"
          class="button"
          aria-label={fill(strings.retryJob, { title })}
          onClick={() => act(prepareEntry(job.entry), fill(strings.retried, { title }))}
        >
          {strings.retry}
        </button>
      ) : (
        <span />
      )}
    </li>
  );
}
