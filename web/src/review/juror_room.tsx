// A juror's room: the films in their order, the player, and what they say of a film.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fetchEntry, fetchMyReview, postWatched, type Answer, type Entry, type MyReview, type ReviewFilm, type Sheet } from '../api';
import { useStrings } from '../locale';
import { preload, type Snapshot } from '../player';
import { usePolling } from '../polling';
import { recallOneOf, store } from '../settings';
import { fill, pickText } from '../text';
import { Button } from '../ui/button';
import { Notice, Refused, ServerSilent, Waiting } from '../ui/notices';
import { Credits } from '../ui/programme';
import { Stage, useFullscreen, type StageHandle } from '../watch/stage';
import { Comments } from './comments';
import { FilmList } from './film_list';
import { Keeper, type Watched } from './keeping';
import { PendingComments } from './pending';
import type { SheetSaver } from './saver';
import { ScoreSheet } from './score_sheet';
import { stateOf } from './sheet';
import { reviewStrings } from './strings';
import { useSheet } from './use_sheet';
import { Watermark } from './watermark';
import { WatchSender } from './watch_sender';

const kTellEvery = 5_000; // milliseconds
const kPreloadBefore = 20; // seconds to the end of a film
/** Who stopped closer to the end than this has seen it, and starts over. Milliseconds. */
const kAtTheEnd = 3_000;

const nowAndThen = (_: Answer<MyReview>): number => 60_000;

/** A name for this tab that a reload keeps. */
export function tabName(): string {
  try {
    const kept = sessionStorage.getItem('matinee.tab');
    if (kept) return kept;
    const made = crypto.randomUUID();
    sessionStorage.setItem('matinee.tab', made);
    return made;
  } catch {
    return 'only';
  }
}

export function storageOrNothing(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export function JurorRoom({ round }: { readonly round: string }) {
  const { strings, languages } = useStrings(reviewStrings);
  const ask = useCallback((signal: AbortSignal) => fetchMyReview(round, signal), [round]);
  const { answer, error, again } = usePolling(ask, nowAndThen);
  const review = answer?.value;
  const title = (review && pickText(review.titles, languages)) || round;
  useEffect(() => {
    document.title = `${title} · matinee`;
  }, [title]);
  if (error?.refused) return <Refused error={error} />;
  if (!review) return error ? <ServerSilent /> : <Waiting />;
  if (review.closed) {
    return (
      <Notice title={strings.closedTitle}>
        <p>{strings.closedHint}</p>
      </Notice>
    );
  }
  if (review.films.length === 0) {
    return (
      <Notice title={strings.noFilms}>
        <p>{strings.noFilmsHint}</p>
      </Notice>
    );
  }
  return (
    <>
      {error && <ServerSilent />}
      <Room key={review.juror.id} review={review} title={title} again={again} />
    </>
  );
}

/** The film that the address names after its #; so a reload comes back to it. */
function useChosenFilm(films: readonly ReviewFilm[]) {
  const read = () => decodeURIComponent(location.hash.slice(1));
  const [id, setId] = useState(read);
  useEffect(() => {
    const follow = () => setId(read());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const choose = useCallback((film: string) => {
    history.replaceState(null, '', film === '' ? location.pathname : `#${encodeURIComponent(film)}`);
    setId(film);
  }, []);
  return { film: films.find(({ entry }) => entry === id), choose };
}

/** What this page knows of a film that the server has not told yet. */
type Known = Readonly<Record<string, { readonly watched?: number; readonly sheet?: Sheet }>>;

interface RoomProps {
  readonly review: MyReview;
  readonly title: string;
  readonly again: () => void;
}

function Room({ review, title, again }: RoomProps) {
  const { strings } = useStrings(reviewStrings);
  const [known, setKnown] = useState<Known>({});
  const [continuous, setContinuous] = useState(
    recallOneOf('review-continuous', ['no', 'yes']) === 'yes',
  );
  const films = useMemo(
    () =>
      review.films.map((film) => {
        const { watched = film.watched, sheet } = known[film.entry] ?? {};
        const state = sheet ? stateOf(sheet, watched, review.criteria) : film.state;
        return { ...film, watched, state };
      }),
    [review, known],
  );
  const { film, choose } = useChosenFilm(films);
  const at = film ? films.indexOf(film) : -1;
  const next = films.slice(at + 1).find(({ ready }) => ready);
  const learn = useCallback(
    (entry: string, news: Known[string]) =>
      setKnown((before) => ({ ...before, [entry]: { ...before[entry], ...news } })),
    [],
  );
  const setAndStore = (value: boolean) => {
    setContinuous(value);
    store('review-continuous', value ? 'yes' : 'no');
  };
  const playAll = () => {
    setAndStore(true);
    const first = films.find(({ ready, state }) => ready && (state === 'new' || state === 'begun'));
    choose((first ?? films.find(({ ready }) => ready))?.entry ?? '');
  };
  const pending = usePending(review);

  const done = films.filter(({ state }) => state === 'scored').length;
  return (
    <div class={film ? 'review with-film' : 'review'}>
      <header class="review-head">
        <h1>{title}</h1>
        <p class="soft">
          {fill(strings.welcome, { name: review.juror.name })}{' '}
          {fill(strings.progress, { done, all: films.length })}
        </p>
        <div class="actions">
          <Button kind="primary" icon="play" onClick={playAll}>
            {strings.playAll}
          </Button>
          {film && (
            <Button onClick={() => choose('')}>{strings.allFilms}</Button>
          )}
        </div>
      </header>
      {film && (
        <Screening
          key={review.juror.id}
          review={review}
          film={film}
          next={next}
          continuous={continuous}
          onContinuous={setAndStore}
          onNext={() => next && choose(next.entry)}
          onPrevious={at > 0 ? () => choose(films[at - 1]?.entry ?? '') : undefined}
          pending={pending}
          learn={learn}
          again={again}
        />
      )}
      <FilmList
        films={films}
        chosen={film?.entry}
        isPending={(entry) => pending.has(entry)}
        onChoose={choose}
      />
    </div>
  );
}

type Writing = Pick<PendingComments, 'of' | 'set' | 'has'>;

/** The comments that are being written. */
function usePending(review: MyReview): Writing {
  const [, setCount] = useState(0);
  return useMemo(() => {
    const kept = new PendingComments(
      storageOrNothing(),
      `matinee.review.${review.id}.${review.juror.id}.`,
      tabName(),
    );
    return {
      of: (film) => kept.of(film),
      has: (film) => kept.has(film),
      set: (film, comment) => {
        kept.set(film, comment);
        setCount((before) => before + 1);
      },
    };
  }, [review.id, review.juror.id]);
}

/**
 * Whether the juror is in the middle of something that another film would take away from under their
 * hands. What is saved by itself is not.
 */
function isBusy(saver: SheetSaver, writing: boolean): boolean {
  if (writing || saver.unfit.size > 0) return true;
  if (saver.state === 'waiting' || saver.state === 'refused') return true;
  const focused = document.activeElement;
  const isText =
    focused instanceof HTMLTextAreaElement ||
    (focused instanceof HTMLInputElement && focused.inputMode === 'numeric');
  return isText && focused.value !== '';
}

interface ScreeningProps {
  readonly review: MyReview;
  readonly film: ReviewFilm;
  readonly next: ReviewFilm | undefined;
  readonly continuous: boolean;
  readonly onContinuous: (value: boolean) => void;
  readonly onNext: () => void;
  readonly onPrevious: (() => void) | undefined;
  readonly pending: Writing;
  readonly learn: (entry: string, news: Known[string]) => void;
  readonly again: () => void;
}

function Screening(props: ScreeningProps) {
  const { review, film, next, continuous, pending, onNext, learn } = props;
  const { strings, languages } = useStrings(reviewStrings);
  const stage = useRef<StageHandle>(null);
  const fullscreen = useFullscreen();
  const entry = useEntry(film.entry);
  const { sender, startAt } = useWatching(review, film, learn);
  const saver = useSheet(review, film.entry, learn);

  const ended = useRef('');
  const [nearEnd, setNearEnd] = useState(false);
  /** The film that has ended and would have been followed by the next, had nobody been writing. */
  const [held, setHeld] = useState('');
  /** The film whose picture is there; before that, the player does not know where it is. */
  const shown = useRef('');
  const onEnded = () => {
    if (!continuous || !next) return;
    if (isBusy(saver, pending.has(film.entry))) setHeld(film.entry);
    else onNext();
  };
  const latest = useRef(onEnded);
  latest.current = onEnded;
  const onSnapshot = useCallback(
    (snapshot: Snapshot) => {
      sender.see(snapshot.position * 1000, snapshot.phase === 'playing');
      const length = snapshot.range?.live ?? Infinity;
      setNearEnd(snapshot.phase === 'playing' && snapshot.position > length - kPreloadBefore);
      if (snapshot.phase === 'paused') void sender.flush();
      if (snapshot.phase === 'ended' && ended.current !== film.entry) {
        ended.current = film.entry;
        sender.see(film.duration_ms, true); // its last picture
        void sender.flush();
        latest.current();
      } else if (snapshot.phase === 'playing') {
        ended.current = '';
        setHeld('');
      }
      if (snapshot.phase !== 'loading') shown.current = film.entry;
    },
    [sender, film.entry, film.duration_ms],
  );
  const coming = continuous && nearEnd ? next?.master : undefined;
  useEffect(() => (coming === undefined ? undefined : preload(coming)), [coming]);

  const stays = held === film.entry && next && (
    <>
      <p>
        {strings.filmStays} {fill(strings.nextIs, { title: pickText(next.title, languages) || next.entry })}
      </p>
      <Button kind="primary" onClick={onNext}>
        {strings.nextFilm}
      </Button>
    </>
  );
  return (
    <>
      <div class="screening">
        {film.ready ? (
          <Stage
            ref={stage}
            master={film.master}
            films={entry ?? []}
            offAir={false}
            poster={film.poster}
            startAt={startAt}
            onSnapshot={onSnapshot}
            onRefused={props.again}
            watermark={
              <>
                <Watermark name={review.juror.name} />
                <div class="held over-picture" role="status">
                  {fullscreen && stays}
                </div>
              </>
            }
          />
        ) : (
          <p class="banner">{strings.notReady}</p>
        )}
        <div class="held" role="status">
          {!fullscreen && stays}
        </div>
        <div class="film-head">
          <div>
            <h2>{pickText(film.title, languages) || film.entry}</h2>
            <Credits film={film} />
          </div>
          <div class="actions">
            <label class="switch">
              <input
                type="checkbox"
                checked={continuous}
                onChange={(event) => props.onContinuous(event.currentTarget.checked)}
              />
              {strings.continuous}
            </label>
            <Button disabled={!props.onPrevious} onClick={() => props.onPrevious?.()}>
              {strings.previousFilm}
            </Button>
            <Button disabled={!next} onClick={onNext}>
              {strings.nextFilm}
            </Button>
          </div>
        </div>
      </div>
      <ScoreSheet key={`scores of ${film.entry}`} saver={saver} criteria={review.criteria} />
      <Comments
        key={`comments on ${film.entry}`}
        saver={saver}
        pending={pending.of(film.entry)}
        onPending={(comment) => pending.set(film.entry, comment)}
        position={() => (shown.current === film.entry ? stage.current?.position() : startAt) ?? null}
        seek={(seconds) => stage.current?.seek(seconds)}
      />
    </>
  );
}

/** What the bar shows of the film; it plays without. */
function useEntry(id: string): Entry | null {
  const [entry, setEntry] = useState<Entry | null>(null);
  useEffect(() => {
    setEntry(null);
    const abort = new AbortController();
    fetchEntry(id, abort.signal).then(
      ({ value }) => setEntry(value),
      () => undefined, // no thumbnails, then
    );
    return () => abort.abort();
  }, [id]);
  return entry;
}

/** Tells the server what is watched; and where to go on from, which stays while the film is on. */
function useWatching(
  review: MyReview,
  film: ReviewFilm,
  learn: (entry: string, news: Known[string]) => void,
) {
  const { entry } = film;
  const watching = useMemo(() => {
    const keeper = new Keeper<Watched>(
      storageOrNothing(),
      `matinee.review.${review.id}.${review.juror.id}.${entry}.watched.`,
      tabName(),
    );
    const sender = new WatchSender(
      { send: (stretches, position) => postWatched(review.id, entry, stretches, position) },
      keeper,
      (watched) => learn(entry, { watched }),
    );
    const stopped = sender.stoppedAt ?? kLastPositions.get(entry) ?? film.position_ms;
    const startAt = stopped > film.duration_ms - kAtTheEnd ? 0 : stopped / 1000;
    return { sender, startAt };
  }, [review.id, review.juror.id, entry, learn]);
  useEffect(() => {
    const { sender } = watching;
    const tell = () => {
      if (sender.stoppedAt !== null) kLastPositions.set(entry, sender.stoppedAt);
      void sender.flush();
    };
    tell();
    const timer = window.setInterval(tell, kTellEvery);
    const leave = () => {
      if (document.visibilityState === 'hidden') tell();
    };
    document.addEventListener('visibilitychange', leave);
    window.addEventListener('pagehide', tell);
    window.addEventListener('online', tell);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', leave);
      window.removeEventListener('pagehide', tell);
      window.removeEventListener('online', tell);
      tell();
    };
  }, [watching, entry]);
  return watching;
}

/** Where films stopped on this page, fresher than what the server said when it was opened. */
const kLastPositions = new Map<string, number>();
