// A few choices side by side, of which one is chosen: radio buttons that look like chips.

import { useId } from 'preact/hooks';

export interface ChipsProps<T> {
  readonly legend: string;
  readonly items: readonly { readonly value: T; readonly text: string; readonly language?: string }[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}

export function Chips<T extends string | number>({ legend, items, chosen, onChoose }: ChipsProps<T>) {
  const name = useId();
  return (
    <fieldset class="chips">
      <legend>{legend}</legend>
      <div class="choices">
        {items.map(({ value, text, language }) => (
          <label key={value} lang={language}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === chosen}
              onChange={() => onChoose(value)}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
