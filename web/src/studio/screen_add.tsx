// Making a screen of the browser that shows a code.

import { useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { useToast } from '../ui/toast';
import { firstOf, useChannelName, type ListedChannel } from './channels';
import { approveScreen } from './rooms_api';
import { plainCode } from './screen_state';
import { screensStrings } from './screens_strings';
import { useAsked } from './session';

export function AddScreen(props: {
  readonly channels: readonly ListedChannel[];
  readonly onClose: () => void;
  readonly onAdded: () => void;
}) {
  const { channels, onClose, onAdded } = props;
  const { strings } = useStrings(screensStrings);
  const toast = useToast();
  const nameOf = useChannelName();
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [channel, setChannel] = useState(firstOf(channels)?.id ?? '');
  const { ask, busy, error } = useAsked();
  return (
    <Dialog title={strings.addTitle} onClose={onClose} dirty={[code, name].some(Boolean)}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(approveScreen(plainCode(code), name.trim(), channel), () => {
            toast(fill(strings.added, { name: name.trim() }));
            onAdded();
            onClose();
          });
        }}
      >
        <Field label={strings.code} hint={strings.codeHint} error={error}>
          {(input) => (
            <input
              {...input}
              class="code-input"
              required
              maxLength={20}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={strings.name} hint={strings.nameHint}>
          {(input) => (
            <input {...input} required maxLength={100} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          )}
        </Field>
        <Field label={strings.channel}>
          {(input) => (
            <select {...input} value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>
              <option value="">{strings.noChannel}</option>
              {channels.map((each) => (
                <option key={each.id} value={each.id}>
                  {nameOf(each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button type="submit" class="button primary" disabled={busy}>
          {strings.approve}
        </button>
      </form>
    </Dialog>
  );
}
