// How one programme is written: its title, who made it, when it is on.

import type { Programme } from '../api';
import { useLocale } from '../locale';
import { progress } from '../schedule';
import { countryName, formatTime, pickText } from '../text';

export function Credits({ programme }: { programme: Programme }) {
  const locale = useLocale();
  const parts = [
    programme.author,
    programme.country ? countryName(programme.country, locale.tag) : undefined,
  ].filter((part) => part);
  return parts.length > 0 ? <span class="credits">{parts.join(' · ')}</span> : null;
}

export function Times({ programme }: { programme: Programme }) {
  const { tag } = useLocale();
  return (
    <time class="time" dateTime={programme.start}>
      {formatTime(Date.parse(programme.start), tag)}
    </time>
  );
}

export function Title({ programme }: { programme: Programme }) {
  const { languages } = useLocale();
  return <span class="title">{pickText(programme.title, languages)}</span>;
}

export function Elapsed({ programme, instant }: { programme: Programme; instant: number }) {
  return <progress class="elapsed" max={1} value={progress(programme, instant)} aria-hidden="true" />;
}

export function UpNext({ programmes }: { programmes: readonly Programme[] }) {
  const { strings } = useLocale();
  if (programmes.length === 0) return null;
  return (
    <section class="next">
      <h3>{strings.next}</h3>
      <ol>
        {programmes.map((programme) => (
          <li key={programme.start}>
            <Times programme={programme} />
            <Title programme={programme} />
            <Credits programme={programme} />
          </li>
        ))}
      </ol>
    </section>
  );
}
