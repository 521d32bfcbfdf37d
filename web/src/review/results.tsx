// The producer's view of a round: how far the jurors are, and what has come of it so far.

import { useCallback, useEffect, useId, useState } from 'preact/hooks';
import {
  fetchReviewProgress, fetchReviewResults,
  type Criterion, type FilmResult, type ReviewProgress, type ReviewResults, type ReviewState, type Spread,
} from '../api';
import { useStrings } from '../locale';
import { usePolling } from '../polling';
import { studioAddress } from '../studio/route';
import { fill, formatLength, formatMoment, pickText } from '../text';
import { Refused, Notice, ServerSilent, Waiting } from '../ui/notices';
import { Credits } from '../ui/programme';
import { reviewStrings } from './strings';

const kFresh = (): number => 10_000;

export function Results({ round }: { readonly round: string }) {
  const { strings, languages } = useStrings(reviewStrings);
  const ask = useCallback((signal: AbortSignal) => fetchReviewResults(round, signal), [round]);
  const askProgress = useCallback(
    (signal: AbortSignal) => fetchReviewProgress(round, signal),
    [round],
  );
  const { answer, error } = usePolling(ask, kFresh);
  const progress = usePolling(askProgress, kFresh).answer;
  const results = answer?.value;
  const title = (results && pickText(results.titles, languages)) || round;
  useEffect(() => {
    document.title = `${strings.results}: ${title} · matinee`;
  }, [strings, title]);
  if (error?.refused) return <Refused error={error} />;
  if (error?.status === 404) return <Notice title={strings.noSuchRound} />;
  if (!results) return error ? <ServerSilent /> : <Waiting />;
  const query = languages.map((language) => `language=${encodeURIComponent(language)}`).join('&');
  const address = `/api/v1/reviews/${encodeURIComponent(round)}`;
  return (
    <div class="results">
      {error && <ServerSilent />}
      <header class="review-head">
        <p>
          <a href={studioAddress('reviews', round)}>{strings.toStudio}</a>
        </p>
        <h1>{title}</h1>
        {results.closed && <p><span class="badge quiet">{strings.closed}</span></p>}
        <div class="actions">
          <a class="button primary" href={`${address}/results.csv?${query}`} download>
            {strings.resultsCsv}
          </a>
          <a class="button" href={`${address}/sheets.csv?${query}`} download>
            {strings.sheetsCsv}
          </a>
        </div>
      </header>
      {progress && <Progress progress={progress.value} />}
      {progress && <FilmByFilm progress={progress.value} films={results.films} />}
      <Table results={results} />
    </div>
  );
}

function Progress({ progress }: { readonly progress: ReviewProgress }) {
  const { strings, tag } = useStrings(reviewStrings);
  return (
    <section>
      <h2 id="progress">{strings.jurors}</h2>
      <div class="wide" tabIndex={0} role="region" aria-labelledby="progress">
        <table>
          <thead>
            <tr>
              <th scope="col">{strings.juror}</th>
              <th scope="col">{strings.stateScored}</th>
              <th scope="col">{strings.stateSeen}</th>
              <th scope="col">{strings.stateBegun}</th>
              <th scope="col">{strings.stateNew}</th>
              <th scope="col">{strings.lastSeen}</th>
            </tr>
          </thead>
          <tbody>
            {progress.jurors.map((juror) => (
              <tr key={juror.id} data-juror={juror.name}>
                <th scope="row">{juror.name}</th>
                <td>
                  {juror.counts.scored}/{juror.assigned}
                  <progress
                    class="elapsed"
                    max={Math.max(1, juror.assigned)}
                    value={juror.counts.scored}
                    aria-hidden="true"
                  />
                </td>
                <td>{juror.counts.seen}</td>
                <td>{juror.counts.begun}</td>
                <td>{juror.counts.new}</td>
                <td>{juror.last ? formatMoment(Date.parse(juror.last), Date.now(), tag) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** How far each juror is with each film. */
function FilmByFilm(props: { readonly progress: ReviewProgress; readonly films: ReviewResults['films'] }) {
  const { strings, languages } = useStrings(reviewStrings);
  const { jurors } = props.progress;
  if (jurors.length === 0 || props.films.length === 0) return null;
  const words: Record<ReviewState, string> = {
    new: strings.stateNew,
    begun: strings.stateBegun,
    seen: strings.stateSeen,
    scored: strings.stateScored,
  };
  return (
    <section>
      <h2 id="by-film">{strings.filmByFilm}</h2>
      <div class="wide tall" tabIndex={0} role="region" aria-labelledby="by-film">
        <table class="by-film">
          <thead>
            <tr>
              <th scope="col">{strings.film}</th>
              {jurors.map(({ id, name }) => (
                <th scope="col" key={id}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.films.map(({ entry, title }) => (
              <tr key={entry} data-film={entry}>
                <th scope="row">{pickText(title, languages) || entry}</th>
                {jurors.map(({ id, films }) => {
                  const film = films.find((one) => one.entry === entry);
                  if (!film) return <td key={id} class="soft">{strings.notTheirs}</td>;
                  const { state, watched } = film;
                  return (
                    <td key={id} data-state={state}>
                      <span class={state === 'scored' ? 'badge done' : 'badge quiet'}>{words[state]}</span>{' '}
                      {watched > 0 && <span class="soft"><Percent share={watched} /></span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Rounded down: who has all but a second of it has not seen all. */
function Percent({ share }: { readonly share: number }) {
  const { tag } = useStrings(reviewStrings);
  const format = new Intl.NumberFormat(tag, { style: 'percent' });
  return <>{format.format(Math.floor(share * 100) / 100)}</>;
}

function Table({ results }: { readonly results: ReviewResults }) {
  const { strings, languages } = useStrings(reviewStrings);
  return (
    <section>
      <h2 id="results">{strings.results}</h2>
      <p class="soft">{strings.howCounted}</p>
      <div class="wide" tabIndex={0} role="region" aria-labelledby="results">
        <table>
          <thead>
            <tr>
              <th scope="col">{strings.rank}</th>
              <th scope="col">{strings.film}</th>
              <th scope="col">{strings.mark}</th>
              <th scope="col">{strings.sheets}</th>
              {results.criteria.map((criterion) => (
                <th scope="col" key={criterion.id}>
                  {pickText(criterion.names, languages) || criterion.id}
                  <span class="soft">
                    {' '}
                    {criterion.low}–{criterion.high} × {criterion.weight}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {results.films.map((film) => (
              <FilmRows key={film.entry} film={film} criteria={results.criteria} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** A film's means, and on demand what each juror gave and wrote. */
function FilmRows({ film, criteria }: { readonly film: FilmResult; readonly criteria: readonly Criterion[] }) {
  const { strings, languages } = useStrings(reviewStrings);
  const [open, setOpen] = useState(false);
  const id = useId();
  const title = pickText(film.title, languages) || film.entry;
  return (
    <>
      <tr data-entry={film.entry}>
        <td class="rank">{film.rank ?? '–'}</td>
        <th scope="row">
          <span class="title">{title}</span>
          <Credits film={film} />
        </th>
        <td class="total">
          <SpreadText spread={film.marks} digits={1} />
          {film.sheets.length > 0 && (
            <button
              type="button"
              class="button small"
              aria-expanded={open}
              aria-controls={open ? id : undefined}
              aria-label={fill(open ? strings.hideSheets : strings.showSheets, { title })}
              onClick={() => setOpen(!open)}
            >
              {strings.byJuror}
            </button>
          )}
        </td>
        <td>
          {film.marks.count}
          {film.incomplete > 0 && (
            <span class="soft"> {fill(strings.incomplete, { n: film.incomplete })}</span>
          )}
        </td>
        {criteria.map((criterion) => (
          <td key={criterion.id}><SpreadText spread={film.by_criterion[criterion.id]} digits={2} /></td>
        ))}
      </tr>
      {open && (
        <tr id={id} class="sheets-of" data-sheets={film.entry}>
          <td colSpan={4 + criteria.length}>
            <div class="sheets-of">
              <Sheets film={film} title={title} criteria={criteria} />
              <Words film={film} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

interface SheetsProps {
  readonly film: FilmResult;
  readonly title: string;
  readonly criteria: readonly Criterion[];
}

/** What each juror gave by each criterion. */
function Sheets({ film, title, criteria }: SheetsProps) {
  const { strings, languages, tag } = useStrings(reviewStrings);
  const mark = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const caption = fill(strings.sheetsOf, { title });
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{strings.juror}</th>
            {criteria.map((criterion) => (
              <th scope="col" key={criterion.id}>
                {pickText(criterion.names, languages) || criterion.id}
                <span class="soft"> {criterion.low}–{criterion.high}</span>
              </th>
            ))}
            <th scope="col">{strings.mark}</th>
            <th scope="col">{strings.watchedShare}</th>
          </tr>
        </thead>
        <tbody>
          {film.sheets.map((sheet, i) => (
            <tr key={i} data-sheet={sheet.juror}>
              <th scope="row">{sheet.juror}</th>
              {criteria.map((criterion) => (
                <td key={criterion.id}>{sheet.scores[criterion.id] ?? '–'}</td>
              ))}
              <td class="total">{sheet.mark === null ? '–' : mark.format(sheet.mark)}</td>
              <td><Percent share={sheet.watched} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The mean, and how far the jurors are apart. */
function SpreadText({ spread, digits }: { readonly spread: Spread | undefined; readonly digits: number }) {
  const { tag } = useStrings(reviewStrings);
  if (spread?.mean === undefined) return <>–</>;
  const format = new Intl.NumberFormat(tag, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (
    <>
      {format.format(spread.mean)}{' '}
      {spread.count > 1 && <span class="soft">±{format.format(spread.deviation ?? 0)}</span>}
    </>
  );
}

/** What jurors wrote. */
function Words({ film }: { readonly film: FilmResult }) {
  const { strings } = useStrings(reviewStrings);
  const written = film.sheets.filter(({ note, comments }) => note !== '' || comments.length > 0);
  if (written.length === 0) return null;
  return (
    <div>
      <h3>{strings.notesAndComments}</h3>
      {written.map((sheet, i) => (
        <div class="words-of" key={i}>
          <strong>{sheet.juror}</strong>
          {sheet.note !== '' && <p>{sheet.note}</p>}
          <ul>
            {sheet.comments.map((comment) => (
              <li key={comment.id}>
                <span class="time">{formatLength(comment.at_ms / 1000)}</span> {comment.text}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
