// Who works here: signing in, and what to say to those who may not.

import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { fetchSession, signIn, signOut, type Session } from '../account';
import { ApiError } from '../api';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Button } from '../ui/button';
import { Notice, ServerSilent, ToAllChannels, Waiting } from '../ui/notices';
import { fillWith, ServerText, type Said } from '../ui/server_text';
import { SignInForm } from '../ui/sign_in_form';
import { useToast } from '../ui/toast';
import { useLoaded } from './live';
import { studioStrings } from './strings';

export interface Account {
  readonly session: Session;
  leave(): void;
  /** Looks again who is signed in: after a request that was refused. */
  check(): void;
}

const AccountContext = createContext<Account | null>(null);

export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (!account) throw new Error('outside of SignedIn');
  return account;
}

/** Says what failed, and finds out when that is because nobody is signed in any more. */
export function useFailure(): (error: unknown) => void {
  const toast = useToast();
  const { check } = useAccount();
  const { strings } = useStrings(studioStrings);
  return (error) => {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) check();
    toast(fillWith(strings.failed, { reason: reasonOf(error, strings.noAnswer) }));
  };
}

export const reasonOf = (error: ApiError, noAnswer: string): Said =>
  error.status === 0 ? noAnswer : <ServerText>{error.message}</ServerText>;

export interface Asked {
  /** Waits for a request, then says that it was done; what it fails with is in `error`. */
  ask<T>(request: Promise<T>, done: (answer: T) => void): Promise<void>;
  readonly busy: boolean;
  /** For people; empty while there is none. */
  readonly error: Said;
}

/** A request of a form or dialog, which says itself what went wrong. */
export function useAsked(): Asked {
  const { check } = useAccount();
  const { strings } = useStrings(studioStrings);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Said>('');
  const ask = async <T,>(request: Promise<T>, done: (answer: T) => void) => {
    setBusy(true);
    setError('');
    try {
      done(await request);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.status === 401) check();
      setError(reasonOf(failure, strings.noAnswer));
    }
    setBusy(false);
  };
  return { ask, busy, error };
}

/** Shows its children to producers and admins only. */
export function SignedIn({ children }: { readonly children: ComponentChildren }) {
  const { strings } = useStrings(studioStrings);
  const { value, error, reload } = useLoaded(
    useCallback(async (signal: AbortSignal): Promise<Session | 'nobody'> => {
      try {
        return await fetchSession(signal);
      } catch (failure) {
        if (failure instanceof ApiError && failure.status === 401) return 'nobody';
        throw failure;
      }
    }, []),
    () => false,
  );
  const leave = useCallback(() => void signOut().finally(reload), [reload]);
  const account = useMemo(
    () => (value && value !== 'nobody' ? { session: value, leave, check: reload } : null),
    [value, leave, reload],
  );
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  if (!account) return <Door onDone={reload} />;
  const { name, role } = account.session;
  if (role !== 'producer' && role !== 'admin') {
    return (
      <Notice
        title={strings.notEnough}
        actions={
          <>
            <Button kind="primary" onClick={leave}>
              {strings.otherAccount}
            </Button>
            <ToAllChannels />
          </>
        }
      >
        <p>{fill(strings.notEnoughHint, { name, role: strings[role] })}</p>
      </Notice>
    );
  }
  return <AccountContext.Provider value={account}>{children}</AccountContext.Provider>;
}

function Door({ onDone }: { readonly onDone: () => void }) {
  const { strings: common } = useStrings(commonStrings);
  const { strings } = useStrings(studioStrings);
  useEffect(() => {
    document.title = `${strings.signInTitle} · matinee`;
  }, [strings]);
  return (
    <section class="notice">
      <h1>{strings.signInTitle}</h1>
      <SignInForm
        button={common.signIn}
        onSubmit={async (name, password) => {
          await signIn(name, password);
          onDone();
        }}
      />
    </section>
  );
}
