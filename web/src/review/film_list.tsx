// The films in the juror's order, with how far they are.

import type { ReviewFilm, ReviewState } from '../api';
import { useStrings } from '../locale';
import { fill, formatLength, pickText } from '../text';
import { Credits } from '../ui/programme';
import { reviewStrings } from './strings';

export interface FilmListProps {
  readonly films: readonly ReviewFilm[];
  readonly chosen: string | undefined;
  /** Whether a comment on the film is being written. */
  readonly isPending: (entry: string) => boolean;
  readonly onChoose: (entry: string) => void;
}

export function FilmList({ films, chosen, isPending, onChoose }: FilmListProps) {
  const { strings, languages } = useStrings(reviewStrings);
  const words: Record<ReviewState, string> = {
    new: strings.stateNew,
    begun: strings.stateBegun,
    seen: strings.stateSeen,
    scored: strings.stateScored,
  };
  return (
    <nav class="films" aria-label={strings.films}>
      <ol>
        {films.map((film, i) => (
          <li key={film.entry}>
            <button
              type="button"
              class="film"
              data-entry={film.entry}
              data-state={film.state}
              aria-current={film.entry === chosen ? 'true' : undefined}
              onClick={() => onChoose(film.entry)}
            >
              <span class="picture">
                {film.ready && film.poster && <img src={film.poster} alt="" loading="lazy" />}
                <progress class="elapsed" max={1} value={film.watched} aria-hidden="true" />
              </span>
              <span class="about">
                <span class="title">
                  {i + 1}. {pickText(film.title, languages) || film.entry}
                </span>
                <Credits film={film} />
                <span class="facts">
                  <span class={film.state === 'scored' ? 'badge done' : 'badge quiet'}>
                    {words[film.state]}
                  </span>
                  {isPending(film.entry) && (
                    <span class="badge unsent">{strings.unsentComment}</span>
                  )}
                  <span class="soft">
                    {film.ready ? formatLength(film.duration_ms / 1000) : strings.notReady}
                  </span>
                  {film.watched > 0 && (
                    <span class="soft">
                      {fill(strings.watched, { percent: Math.floor(film.watched * 100) })}
                    </span>
                  )}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
