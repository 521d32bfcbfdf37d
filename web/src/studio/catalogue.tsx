// The entries there are and the preparations under way, loaded once for all views and kept up to date.

import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { ApiError } from '../api';
import { useLocale } from '../locale';
import { pickText } from '../text';
import { fetchEntries, fetchRunningJobs, type EntrySummary, type Job } from './api';
import { useEvents, useLoaded } from './live';

export interface Catalogue {
  /** By id; null until they are known. */
  readonly entries: ReadonlyMap<string, EntrySummary> | null;
  /** What prepares an entry now, by entry. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** All preparations under way, those of parts of films as well. */
  readonly parts: readonly Job[];
  readonly error: ApiError | null;
  readonly reload: () => void;
}

const CatalogueContext = createContext<Catalogue>({
  entries: null,
  jobs: new Map(),
  parts: [],
  error: null,
  reload() {},
});

export const useCatalogue = (): Catalogue => useContext(CatalogueContext);

const isUnderWay = (job: Job) => job.state === 'queued' || job.state === 'running';

export function CatalogueProvider({ children }: { readonly children: ComponentChildren }) {
  const list = useLoaded(
    useCallback((signal: AbortSignal) => fetchEntries(signal), []),
    // An entry that has become ready has its duration and pictures from then on.
    (type, data) => type === 'entry' || (type === 'job' && data['state'] !== 'running'),
  );
  const running = useLoaded(
    useCallback((signal: AbortSignal) => fetchRunningJobs(signal), []),
    () => false,
  );
  const [underWay, setUnderWay] = useState<ReadonlyMap<string, Job>>(new Map());
  useEffect(() => {
    if (running.value) setUnderWay(new Map(running.value.map((job) => [job.id, job])));
  }, [running.value]);
  useEvents((type, data) => {
    if (type !== 'job' || typeof data['entry'] !== 'string') return;
    const job = data as unknown as Job;
    setUnderWay((before) => {
      const after = new Map(before);
      if (isUnderWay(job)) after.set(job.id, job);
      else after.delete(job.id);
      return after;
    });
  });
  const parts = useMemo(() => [...underWay.values()], [underWay]);
  const jobs = useMemo(() => new Map(parts.map((job) => [job.entry, job])), [parts]);
  const entries = useMemo(
    () => list.value && new Map(list.value.map((entry) => [entry.id, entry])),
    [list.value],
  );
  const value = useMemo(
    () => ({ entries, jobs, parts, error: list.error, reload: list.reload }),
    [entries, jobs, parts, list.error, list.reload],
  );
  return <CatalogueContext.Provider value={value}>{children}</CatalogueContext.Provider>;
}

/** What an entry is called in the viewer's language; its id where it has no title. */
export function useTitles(): (entry: string) => string {
  const { entries } = useCatalogue();
  const { languages } = useLocale();
  return (id) => pickText(entries?.get(id)?.title ?? {}, languages) || id;
}

/** A small picture of an entry, or the place for one. */
export function Poster({ entry }: { readonly entry: EntrySummary | undefined }) {
  return (
    <span class="poster" aria-hidden="true">
      {entry?.poster && <img src={entry.poster} alt="" loading="lazy" />}
    </span>
  );
}
