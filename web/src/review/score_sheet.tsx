// Scores by the contest's criteria, and a note.

import type { Criterion } from '../api';
import { useStrings } from '../locale';
import { fill, pickText } from '../text';
import { Button } from '../ui/button';
import { Chips } from '../ui/chips';
import { Field } from '../ui/field';
import { fillWith, ServerText } from '../ui/server_text';
import type { SheetSaver } from './saver';
import { withScore } from './sheet';
import { reviewStrings } from './strings';

/** Scales of more marks than this are typed. */
const kMostChips = 11;

export interface ScoreSheetProps {
  readonly saver: SheetSaver;
  readonly criteria: readonly Criterion[];
}

export function ScoreSheet({ saver, criteria }: ScoreSheetProps) {
  const { strings } = useStrings(reviewStrings);
  return (
    <section class="sheet" aria-label={strings.scores}>
      <div class="sheet-head">
        <h2>{strings.scores}</h2>
        <SavedMark saver={saver} />
      </div>
      {criteria.map((criterion) => (
        <Score key={criterion.id} saver={saver} criterion={criterion} />
      ))}
      <Field label={strings.note} hint={strings.noteHint}>
        {(input) => (
          <textarea
            {...input}
            rows={5}
            maxLength={20_000}
            value={saver.sheet.note}
            onInput={(event) => {
              const note = event.currentTarget.value;
              saver.edit((sheet) => ({ ...sheet, note }));
            }}
          />
        )}
      </Field>
    </section>
  );
}

function Score({ saver, criterion }: { readonly saver: SheetSaver; readonly criterion: Criterion }) {
  const { strings, languages } = useStrings(reviewStrings);
  const { id, low, high, weight } = criterion;
  const name = pickText(criterion.names, languages) || id;
  const legend = weight === 0 ? fill(strings.notCounted, { name }) : name;
  const score = saver.sheet.scores[id];
  const set = (value: number | null) => saver.edit((sheet) => withScore(sheet, id, value));
  if (high - low < kMostChips) {
    const marks = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    return (
      <div data-criterion={id}>
        <Chips
          legend={legend}
          chosen={score === undefined ? '' : String(score)}
          items={[
            { value: '', text: strings.noScore },
            ...marks.map((mark) => ({ value: String(mark), text: String(mark) })),
          ]}
          onChoose={(value) => set(value === '' ? null : Number(value))}
        />
      </div>
    );
  }
  const outside = score !== undefined && (score < low || score > high);
  return (
    <div data-criterion={id}>
      <Field
        label={legend}
        hint={fill(strings.scale, { low, high })}
        {...(outside ? { error: fill(strings.scale, { low, high }) } : {})}
      >
        {(input) => (
          <input
            {...input}
            type="number"
            min={low}
            max={high}
            step={1}
            value={score ?? ''}
            onInput={(event) => {
              const { value, validity } = event.currentTarget;
              if (value === '') set(null);
              else if (validity.valid) set(Number(value));
            }}
          />
        )}
      </Field>
    </div>
  );
}

/** Whether what was written is safe. */
function SavedMark({ saver }: { readonly saver: SheetSaver }) {
  const { strings } = useStrings(reviewStrings);
  const texts = {
    loading: strings.loadingSheet,
    saved: strings.saved,
    saving: strings.saving,
    waiting: strings.notSaved,
    refused: fillWith(strings.notTaken, { reason: <ServerText>{saver.problem}</ServerText> }),
  } as const;
  return (
    <p class="save-state" role="status" data-state={saver.state}>
      {texts[saver.state]}{' '}
      {saver.state === 'waiting' && (
        <Button onClick={() => saver.tryNow()}>{strings.tryNow}</Button>
      )}
    </p>
  );
}
