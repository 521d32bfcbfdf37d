// Signing in, the first account of a server, and one's own account.

import { useCallback, useEffect, useState } from 'preact/hooks';
import {
  changePassword, fetchSession, homeOf, kLeastPassword, makeFirstAccount, mayBeSignedIn, returnAddress, signIn, signOut,
  type Session,
} from '../account';
import { accountStrings } from '../account_strings';
import { ApiError } from '../api';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { Notice, Waiting } from '../ui/notices';
import { mount } from '../ui/shell';
import { SignInForm, useAttempt, useSaying } from '../ui/sign_in_form';

/** Of /setup/SECRET; empty elsewhere. */
const secret = decodeURIComponent(/^\/setup\/([^/]+)/.exec(location.pathname)?.[1] ?? '');

/** Whether the server said with the page that the secret opens nothing. Not all browsers tell. */
function isUsed(): boolean {
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation instanceof PerformanceNavigationTiming && navigation.responseStatus === 403;
}

const goOn = (session: Session): void => location.assign(returnAddress(location.search, homeOf(session)));

function Page() {
  const { strings } = useStrings(accountStrings);
  useEffect(() => {
    document.title = `${secret ? strings.firstAccount : strings.signIn} · matinee`;
  }, [strings]);
  return secret ? <FirstAccount /> : <SignInOrAccount />;
}

function FirstAccount() {
  const { strings } = useStrings(accountStrings);
  const [used, setUsed] = useState(isUsed);
  if (used) {
    return (
      <Notice title={strings.linkUsed} actions={<a class="button primary" href="/sign-in">{strings.signIn}</a>}>
        <p>{strings.linkUsedHint}</p>
      </Notice>
    );
  }
  return (
    <section class="notice">
      <h1>{strings.firstAccount}</h1>
      <p>{strings.firstAccountHint}</p>
      <SignInForm
        button={strings.make}
        makes
        onSubmit={async (name, password) => {
          try {
            location.assign(homeOf(await makeFirstAccount(secret, name, password)));
          } catch (error) {
            if (!(error instanceof ApiError) || error.status !== 403) throw error;
            setUsed(true);
          }
        }}
      />
    </section>
  );
}

function SignInOrAccount() {
  const { strings } = useStrings(accountStrings);
  // undefined: not known yet.
  const [session, setSession] = useState<Session | null | undefined>(mayBeSignedIn() ? undefined : null);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (session !== undefined) return undefined;
    const abort = new AbortController();
    fetchSession(abort.signal).then(setSession, () => {
      if (!abort.signal.aborted) setSession(null);
    });
    return () => abort.abort();
  }, []);
  const left = useCallback((why: string) => {
    setSaid(why);
    setSession(null);
  }, []);
  if (session === undefined) return <Waiting />;
  return (
    <>
      {session && <Account session={session} onLeft={left} />}
      <section class="notice">
        {session ? <h2>{strings.otherAccount}</h2> : <h1>{strings.signIn}</h1>}
        <p role="status">{said}</p>
        <SignInForm button={strings.signIn} onSubmit={async (name, password) => goOn(await signIn(name, password))} />
      </section>
    </>
  );
}

function Account({ session, onLeft }: { readonly session: Session; readonly onLeft: (why: string) => void }) {
  const { strings } = useStrings(accountStrings);
  const home = homeOf(session);
  const back = returnAddress(location.search, '');
  const places = [
    ...(home === '/studio' ? [{ to: '/studio', text: strings.studio }] : []),
    ...(home !== '/' ? [{ to: '/review', text: strings.reviews }] : []),
    { to: '/', text: strings.channels },
  ];
  return (
    <section class="notice">
      <h1>{strings.account}</h1>
      <p>{fill(strings.signedInAs, { name: session.name })}</p>
      <div class="actions">
        {back && <a class="button primary" href={back}>{strings.goOn}</a>}
        {places.map(({ to, text }) => (
          <a key={to} class={`button ${!back && to === home ? 'primary' : ''}`} href={to}>
            {text}
          </a>
        ))}
        <Button onClick={() => void signOut().then(() => onLeft(''), () => onLeft(strings.noAnswer))}>{strings.signOut}</Button>
      </div>
      <details>
        <summary>{strings.changePassword}</summary>
        <PasswordForm name={session.name} onChanged={() => onLeft(strings.changed)} />
      </details>
    </section>
  );
}

function PasswordForm({ name, onChanged }: { readonly name: string; readonly onChanged: () => void }) {
  const { strings } = useStrings(accountStrings);
  const saying = useSaying();
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const { attempt, busy, error } = useAttempt();
  const wrong = error?.status === 403;
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(async () => {
          await changePassword(present, next);
          onChanged();
        });
      }}
    >
      {/* So that password managers know whose it is. */}
      <input type="text" name="username" autocomplete="username" value={name} readOnly hidden />
      <Field label={strings.present} error={wrong ? strings.wrongPresent : ''}>
        {(input) => (
          <input
            {...input} name="present" type="password" autocomplete="current-password" required value={present}
            onInput={(event) => setPresent(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={strings.next} hint={fill(strings.passwordHint, { n: kLeastPassword })} error={error && !wrong ? saying(error) : ''}>
        {(input) => (
          <input
            {...input} name="next" type="password" autocomplete="new-password" required minLength={kLeastPassword} value={next}
            onInput={(event) => setNext(event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" class="button" disabled={busy}>
        {strings.save}
      </button>
    </form>
  );
}

mount(<Page />);
