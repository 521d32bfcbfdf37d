// How one programme is written: its title, who made it, when it is on.

import type { Film, Programme } from '../api';
import { commonStrings } from '../common_strings';
import { useLocale, useStrings } from '../locale';
import { progress } from '../schedule';
import { countryName, formatTime, pickText } from '../text';

export function Credits({ film }: { readonly film: Film }) {
  const locale = useLocale();
  const parts = [
    film.author,
    film.country ? countryName(film.country, locale.tag) : undefined,
  ].filter((part) => part);
  return parts.length > 0 ? <span class="credits">{parts.join(' · ')}</span> : null;
}

export function StartTime({ programme }: { readonly programme: Programme }) {
  const { tag } = useLocale();
  return (
    <time class="time" dateTime={programme.start}>
      {formatTime(Date.parse(programme.start), tag)}
    </time>
  );
}

export function Title({ film }: { readonly film: Film }) {
  const { languages } = useLocale();
  return <span class="title">{pickText(film.title, languages)}</span>;
}

export function Elapsed({ programme, instant }: { readonly programme: Programme; readonly instant: number }) {
  return <progress class="elapsed" max={1} value={progress(programme, instant)} aria-hidden="true" />;
}

export function UpNext({ programmes }: { readonly programmes: readonly Programme[] }) {
  const { strings } = useStrings(commonStrings);
  if (programmes.length === 0) return null;
  return (
    <section class="next">
      <h3>{strings.next}</h3>
      <ol>
        {programmes.map((programme) => (
          <li key={programme.start}>
            <StartTime programme={programme} />
            <Title film={programme} />
            <Credits film={programme} />
          </li>
        ))}
      </ol>
    </section>
  );
}
