// Finding one entry among many.

import { useId, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { formatLength } from '../text';
import { Field } from '../ui/field';
import type { EntrySummary } from './api';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { mentions } from './filter';
import { studioStrings } from './strings';

const kShown = 30;

/** Of those that are ready; `chosen` is an id or "". */
export function EntryPicker(props: { readonly chosen: string; readonly onChoose: (entry: string) => void }) {
  const { chosen, onChoose } = props;
  const { strings } = useStrings(studioStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const [words, setWords] = useState('');
  const name = useId();
  const found = ready(entries).filter((entry) => mentions(entry, words));
  return (
    <div class="picker">
      <Field label={strings.search} hint={strings.searchHint}>
        {(input) => (
          <input
            {...input}
            type="search"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        )}
      </Field>
      <div role="radiogroup" aria-label={strings.entries} class="picker-list">
        {found.slice(0, kShown).map((entry) => (
          <label key={entry.id} class="picker-row">
            <input
              type="radio"
              name={name}
              value={entry.id}
              checked={entry.id === chosen}
              onChange={() => onChoose(entry.id)}
            />
            <Poster entry={entry} />
            <span class="title">{titleOf(entry.id)}</span>
            <span class="soft time">{formatLength((entry.duration_ms ?? 0) / 1000)}</span>
          </label>
        ))}
      </div>
      {found.length === 0 && <p class="soft">{strings.nothingFound}</p>}
    </div>
  );
}

/** What can be shown: also what is being prepared anew, as its last preparation stays until then. */
export const ready = (entries: ReadonlyMap<string, EntrySummary> | null): readonly EntrySummary[] =>
  [...(entries?.values() ?? [])].filter(({ duration_ms }) => duration_ms !== null);
