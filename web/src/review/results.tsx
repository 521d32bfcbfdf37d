// The producer's view of a round: how far the jurors are, and what has come of it so far.

import { useCallback, useEffect } from 'preact/hooks';
import { fetchReviewProgress, fetchReviewResults, type FilmResult, type ReviewProgress, type ReviewResults, type Spread } from '../api';
import { useStrings } from '../locale';
import { usePolling } from '../polling';
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
              <tr key={film.entry} data-entry={film.entry}>
                <td class="rank">{film.rank ?? '–'}</td>
                <th scope="row">
                  <span class="title">{pickText(film.title, languages) || film.entry}</span>
                  <Credits film={film} />
                  <Words film={film} />
                </th>
                <td class="total"><SpreadText spread={film.marks} digits={1} /></td>
                <td>
                  {film.marks.count}
                  {film.incomplete > 0 && (
                    <span class="soft"> {fill(strings.incomplete, { n: film.incomplete })}</span>
                  )}
                </td>
                {results.criteria.map(({ id }) => (
                  <td key={id}><SpreadText spread={film.by_criterion[id]} digits={2} /></td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
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

/** What jurors wrote, on demand. */
function Words({ film }: { readonly film: FilmResult }) {
  const { strings } = useStrings(reviewStrings);
  const written = film.sheets.filter(({ note, comments }) => note !== '' || comments.length > 0);
  if (written.length === 0) return null;
  return (
    <details>
      <summary>{strings.notesAndComments}</summary>
      {written.map((sheet) => (
        <div class="words-of" key={sheet.juror}>
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
    </details>
  );
}
