// Name and password.

import { useState } from 'preact/hooks';
import { kLeastPassword } from '../account';
import { ApiError } from '../api';
import { accountStrings } from '../account_strings';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Field } from './field';
import { ServerText, type Said } from './server_text';

const kRetry = 60; // seconds, where the server does not say

export interface SignInFormProps {
  readonly button: string;
  /** Where a password is made, it is said what it needs. */
  readonly makes?: boolean;
  readonly onSubmit: (name: string, password: string) => Promise<void>;
}

export function SignInForm({ button, makes = false, onSubmit }: SignInFormProps) {
  const { strings } = useStrings(accountStrings);
  const saying = useSaying();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { attempt, busy, error } = useAttempt();
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(() => onSubmit(name, password));
      }}
    >
      <Field label={strings.name} {...(makes ? { hint: strings.nameHint } : {})}>
        {(input) => (
          <input
            {...input}
            name="name"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            {...(makes ? { pattern: '[A-Za-z0-9._@\\-]{1,64}', title: strings.nameHint } : {})}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field
        label={strings.password}
        {...(makes ? { hint: fill(strings.passwordHint, { n: kLeastPassword }) } : {})}
        error={error ? saying(error) : ''}
      >
        {(input) => (
          <input
            {...input}
            name="password"
            type="password"
            autocomplete={makes ? 'new-password' : 'current-password'}
            required
            {...(makes ? { minLength: kLeastPassword } : {})}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" class="button primary" disabled={busy}>
        {button}
      </button>
    </form>
  );
}

/** What a form does when it is sent, and what that has failed with. */
export function useAttempt() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    }
    setBusy(false);
  };
  return { attempt, busy, error };
}

/** What to say of a failure to sign in. */
export function useSaying(): (error: ApiError) => Said {
  const { strings } = useStrings(accountStrings);
  return (error) => {
    switch (error.status) {
      case 0:
        return strings.noAnswer;
      case 401:
        return strings.wrong;
      case 429:
        return fill(strings.tooMany, { n: error.retryAfter ?? kRetry });
      case 503:
        return strings.busy;
      default:
        return <ServerText>{error.message}</ServerText>;
    }
  };
}
