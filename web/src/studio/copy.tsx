// A text to be given away: shown, and copied by a button.

import { useId } from 'preact/hooks';
import { useStrings } from '../locale';
import { useToast } from '../ui/toast';
import { linksStrings } from './links_strings';

/** Copies, and says so; false where the browser does not let pages do that. */
export function useCopy(): (text: string) => Promise<boolean> {
  const toast = useToast();
  const { strings } = useStrings(linksStrings);
  return async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      toast(strings.copyByHand);
      return false;
    }
    toast(strings.copied);
    return true;
  };
}

export function CopyField({ label, text }: { readonly label: string; readonly text: string }) {
  const { strings } = useStrings(linksStrings);
  const copy = useCopy();
  const id = useId();
  return (
    <div class="field copy-field">
      <label for={id}>{label}</label>
      <span class="copy-row">
        <input id={id} readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="button" onClick={() => void copy(text)}>
          {strings.copy}
          <span class="unseen"> {label}</span>
        </button>
      </span>
    </div>
  );
}
