// What films are scored for, as a producer writes it.

import { useStrings } from '../locale';
import { fill } from '../text';
import { Button, IconButton } from '../ui/button';
import { kNameLanguages, newCriterion, type CriterionDraft, type CriterionProblem } from './review_round';
import { reviewsStrings } from './reviews_strings';

export function CriteriaEditor(props: {
  readonly drafts: readonly CriterionDraft[];
  readonly problems: ReadonlyMap<number, CriterionProblem>;
  readonly onChange: (drafts: readonly CriterionDraft[]) => void;
}) {
  const { drafts, problems, onChange } = props;
  const { strings, tag } = useStrings(reviewsStrings);
  const nameOf = new Intl.DisplayNames([tag], { type: 'language' });
  const change = (key: number, part: Partial<CriterionDraft>) =>
    onChange(drafts.map((draft) => (draft.key === key ? { ...draft, ...part } : draft)));
  const number = (draft: CriterionDraft, name: 'low' | 'high' | 'weight', label: string, least: number) => (
    <label class="small-field">
      <span>{label}</span>
      <input
        type="number"
        min={least}
        max={1000}
        required
        value={draft[name]}
        onInput={(event) => {
          const { valueAsNumber } = event.currentTarget;
          if (Number.isInteger(valueAsNumber)) change(draft.key, { [name]: valueAsNumber });
        }}
      />
    </label>
  );
  const all = problems.get(-1);
  return (
    <fieldset class="criteria">
      <legend class="title">{strings.criteria}</legend>
      <ol>
        {drafts.map((draft, at) => {
          const problem = problems.get(draft.key);
          return (
            <li key={draft.key} data-criterion={at}>
              <div class="criterion-names">
                {kNameLanguages.map((language) => (
                  <label class="small-field" key={language}>
                    <span>{fill(strings.nameIn, { n: at + 1, language: nameOf.of(language) ?? language })}</span>
                    <input
                      lang={language}
                      maxLength={500}
                      value={draft.names[language] ?? ''}
                      onInput={(event) =>
                        change(draft.key, { names: { ...draft.names, [language]: event.currentTarget.value } })
                      }
                    />
                  </label>
                ))}
              </div>
              <div class="criterion-scale">
                {number(draft, 'low', strings.low, 0)}
                {number(draft, 'high', strings.high, 1)}
                {number(draft, 'weight', strings.weight, 0)}
                <IconButton
                  icon="close"
                  label={fill(strings.removeCriterion, { n: at + 1 })}
                  onClick={() => onChange(drafts.filter(({ key }) => key !== draft.key))}
                />
              </div>
              {problem && (
                <p class="error small" role="alert">
                  {strings[`p_${problem}`]}
                </p>
              )}
            </li>
          );
        })}
      </ol>
      {all && (
        <p class="error small" role="alert">
          {strings[`p_${all}`]}
        </p>
      )}
      <Button
        icon="add"
        onClick={() => onChange([...drafts, newCriterion(Math.max(-1, ...drafts.map(({ key }) => key)) + 1)])}
      >
        {strings.addCriterion}
      </Button>
      <p class="soft small">{strings.weightHint}</p>
    </fieldset>
  );
}
