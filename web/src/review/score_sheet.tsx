// Scores by the contest's criteria, and a note.

import { useRef, useState } from 'preact/hooks';
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
import { typedScore } from './typed_score';

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
  return <TypedScore saver={saver} criterion={criterion} legend={legend} />;
}

interface TypedScoreProps {
  readonly saver: SheetSaver;
  readonly criterion: Criterion;
  readonly legend: string;
}

/**
 * A score on a long scale. What is no score stays in the field, is not saved, and puts back the score
 * that was there before the writing began: on the way to "150" there is no 15.
 */
function TypedScore({ saver, criterion, legend }: TypedScoreProps) {
  const { strings } = useStrings(reviewStrings);
  const { id, low, high } = criterion;
  const score = saver.sheet.scores[id];
  const [draft, setDraft] = useState<string | null>(null); // while it is being written
  const before = useRef(score);
  const text = saver.unfit.get(id) ?? draft ?? (score === undefined ? '' : String(score));
  const scale = fill(strings.scale, { low, high });
  const wrong = typedScore(text, low, high) === undefined;
  const put = (value: number | null) => {
    if (saver.sheet.scores[id] === (value ?? undefined)) return;
    saver.edit((sheet) => withScore(sheet, id, value));
  };
  const write = (written: string) => {
    setDraft(written);
    const value = typedScore(written, low, high);
    saver.setUnfit(id, value === undefined ? written : null);
    put(value === undefined ? (before.current ?? null) : value);
  };
  const finish = () => {
    before.current = saver.sheet.scores[id];
    setDraft(null);
  };
  return (
    <div data-criterion={id}>
      <Field label={legend} hint={scale} {...(wrong ? { error: fill(strings.noSuchScore, { low, high }) } : {})}>
        {(input) => (
          <input
            {...input}
            type="text"
            inputMode="numeric"
            autoComplete="off"
            maxLength={20}
            value={text}
            onFocus={() => {
              before.current = score;
            }}
            onInput={(event) => write(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') finish();
            }}
            onBlur={finish}
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
    unfit: strings.unfitNotSaved,
  } as const;
  // What is wrong with the whole sheet comes first; then what the juror has to put right.
  const quiet = saver.state === 'saved' || saver.state === 'saving';
  const state = quiet && saver.unfit.size > 0 ? 'unfit' : saver.state;
  return (
    <p class="save-state" role="status" data-state={state}>
      {texts[state]}{' '}
      {state === 'waiting' && (
        <Button onClick={() => saver.tryNow()}>{strings.tryNow}</Button>
      )}
    </p>
  );
}
