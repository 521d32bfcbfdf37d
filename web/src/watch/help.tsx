// What the keys do.

import { useStrings } from '../locale';
import { Dialog } from '../ui/dialog';
import { kKeys } from './keys';
import { watchStrings } from './strings';

export function Help({ onClose }: { readonly onClose: () => void }) {
  const { strings } = useStrings(watchStrings);
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
    </Dialog>
  );
}
