// What the keys do.

import { useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { store } from '../settings';
import { Dialog } from '../ui/dialog';
import { haveCharacters, kKeys } from './keys';
import { watchStrings } from './strings';

export function Help({ onClose }: { readonly onClose: () => void }) {
  const { strings } = useStrings(watchStrings);
  const [characters, setCharacters] = useState(haveCharacters);
  return (
    <Dialog title={strings.help} onClose={onClose}>
      <dl class="keys">
        {kKeys.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key === 'space' ? strings.space : key}</kbd>
              ))}
            </dt>
            <dd>{strings[does]}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          type="checkbox"
          checked={characters}
          onChange={({ currentTarget: { checked } }) => {
            store('character-keys', checked ? 'yes' : 'no');
            setCharacters(checked);
          }}
        />
        {strings.characterKeys}
      </label>
    </Dialog>
  );
}
