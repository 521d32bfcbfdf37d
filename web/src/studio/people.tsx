// Who may come in: accounts, tokens for scripts, and who is signed in. For admins.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { useStrings } from '../locale';
import { fill, formatMoment, plural } from '../text';
import { Button } from '../ui/button';
import { Chips } from '../ui/chips';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Notice, ServerSilent, Waiting } from '../ui/notices';
import { fillWith, type Said } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { CopyField } from './copy';
import { isOver } from './link_state';
import { useLoaded } from './live';
import {
  addPerson, changePerson, createToken, fetchPeople, fetchTokens, kRoles, removePerson, revokeToken,
  type Person, type PersonChange, type Role, type Token,
} from './people_api';
import { peopleStrings } from './people_strings';
import { reasonOf, useAccount, useFailure } from './session';
import { studioStrings } from './strings';

const kDay = 24 * 3_600_000;

export function People() {
  const { strings } = useStrings(peopleStrings);
  const { session } = useAccount();
  if (session.role !== 'admin') {
    return (
      <Notice title={strings.adminsOnly}>
        <p>{strings.adminsOnlyHint}</p>
      </Notice>
    );
  }
  return <Accounts />;
}

type Asked =
  | { readonly kind: 'add' }
  | { readonly kind: 'password' | 'remove'; readonly person: Person }
  | { readonly kind: 'role'; readonly person: Person; readonly role: Role };

function Accounts() {
  const { strings, tag } = useStrings(peopleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { session } = useAccount();
  const toast = useToast();
  const fail = useFailure();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchPeople(signal), []),
    (type) => type === 'user',
  );
  const tokens = useLoaded(
    useCallback((signal: AbortSignal) => fetchTokens(signal), []),
    (type) => type === 'token' || type === 'user',
  );
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  const now = Date.now();
  const alive = (tokens.value ?? []).filter((token) => !isOver(token, now));
  const change = async (person: Person, wish: PersonChange, said: string) => {
    try {
      await changePerson(person.name, wish);
      toast(fill(said, { name: person.name }));
    } catch (failure) {
      fail(failure);
    }
    reload();
  };
  const close = () => {
    setAsked(null);
    reload();
    tokens.reload();
  };
  return (
    <>
      <div class="head">
        <h1>{studio.people}</h1>
        <Button kind="primary" icon="add" onClick={() => setAsked({ kind: 'add' })}>
          {strings.add}
        </Button>
      </div>
      <ul class="people-list">
        {value.map((person) => {
          const mine = person.name === session.name;
          const count = (kind: Token['kind']) =>
            alive.filter((token) => token.account === person.name && token.kind === kind).length;
          const [sessions, bearers] = [count('session'), count('bearer')];
          return (
            <li key={person.name} class={`person ${person.disabled ? 'over' : ''}`} data-person={person.name}>
              <div class="person-name">
                <h2>{person.name}</h2>
                <span class={`badge ${person.role === 'admin' ? 'warn' : 'quiet'}`}>{studio[person.role]}</span>
                {mine && <span class="badge">{strings.you}</span>}
                {person.disabled && <span class="badge bad">{strings.disabled}</span>}
              </div>
              <p class="soft small">
                {[
                  fill(strings.since, { time: formatMoment(Date.parse(person.created), now, tag) }),
                  person.can_sign_in ? '' : strings.noPassword,
                  sessions > 0 ? fill(plural(strings.sessions, sessions, tag), { n: sessions }) : '',
                  bearers > 0 ? fill(plural(strings.tokensOf, bearers, tag), { n: bearers }) : '',
                ].filter(Boolean).join(' · ')}
              </p>
              <div class="person-actions">
                <label>
                  <span class="unseen">{fill(strings.roleOf, { name: person.name })}</span>
                  <select
                    value={person.role}
                    disabled={mine}
                    onChange={(event) => {
                      const role = event.currentTarget.value as Role;
                      event.currentTarget.value = person.role; // until it has been confirmed
                      setAsked({ kind: 'role', person, role });
                    }}
                  >
                    {kRoles.map((role) => (
                      <option key={role} value={role}>
                        {studio[role]}
                      </option>
                    ))}
                  </select>
                </label>
                <Named text={strings.password} name={person.name} onClick={() => setAsked({ kind: 'password', person })} />
                {!mine && (
                  <>
                    <Named
                      text={person.disabled ? strings.enable : strings.disable}
                      name={person.name}
                      onClick={() => void change(person, { disabled: !person.disabled }, person.disabled ? strings.enabledToast : strings.disabledToast)}
                    />
                    <Named text={strings.remove} name={person.name} onClick={() => setAsked({ kind: 'remove', person })} />
                  </>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      <Tokens people={value} tokens={alive} now={now} reload={tokens.reload} />
      {asked?.kind === 'add' && <AddPerson onClose={close} />}
      {asked?.kind === 'password' && <SetPassword person={asked.person} mine={asked.person.name === session.name} onClose={close} />}
      {asked?.kind === 'role' && (
        <Confirm
          title={fill(strings.roleTitle, { name: asked.person.name, role: studio[asked.role] })}
          body={strings[`may_${asked.role}`]}
          action={strings.roleDo}
          danger={asked.role === 'admin'}
          act={async () => {
            await changePerson(asked.person.name, { role: asked.role });
          }}
          onClose={close}
        />
      )}
      {asked?.kind === 'remove' && (
        <Confirm
          title={fill(strings.removeTitle, { name: asked.person.name })}
          body={strings.removeBody}
          action={fill(strings.removeDo, { name: asked.person.name })}
          danger
          sure={fill(strings.removeSure, { name: asked.person.name })}
          act={() => removePerson(asked.person.name)}
          onClose={close}
        />
      )}
    </>
  );
}

/** A button that says to screen readers whom it is about. */
function Named(props: { readonly text: string; readonly name: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="button" onClick={props.onClick}>
      {props.text}
      <span class="unseen"> {props.name}</span>
    </button>
  );
}

/** Asks before something is done that takes away. */
function Confirm(props: {
  readonly title: string;
  readonly body: string;
  readonly action: string;
  readonly danger?: boolean;
  /** What has to be ticked first. */
  readonly sure?: string;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const { title, body, action, danger, sure, act, onClose } = props;
  const { strings: studio } = useStrings(studioStrings);
  const [ticked, setTicked] = useState(sure === undefined);
  const [error, setError] = useState<Said>('');
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      await act();
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(fillWith(studio.failed, { reason: reasonOf(failure, studio.noAnswer) }));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button kind={danger ? 'danger' : 'primary'} disabled={busy || !ticked} onClick={() => void go()}>
            {action}
          </Button>
        </>
      }
    >
      <div class="confirmation">
        <p>{body}</p>
        {sure !== undefined && (
          <label class="choice">
            <input type="checkbox" checked={ticked} onChange={(event) => setTicked(event.currentTarget.checked)} />
            {sure}
          </label>
        )}
        {error && <p class="error" role="alert">{error}</p>}
      </div>
    </Dialog>
  );
}

function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const { strings } = useStrings(peopleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('producer');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<Said>('');
  const add = async () => {
    try {
      await addPerson(name, role, password);
      toast(fill(strings.addedToast, { name }));
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(reasonOf(failure, studio.noAnswer));
    }
  };
  return (
    <Dialog title={strings.add} onClose={onClose} dirty={[name, password].some(Boolean)}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Field label={studio.name} hint={strings.nameHint}>
          {(input) => (
            <input
              {...input}
              required
              maxLength={64}
              pattern="[A-Za-z0-9._@\-]+"
              autocomplete="off"
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Chips
          legend={strings.role}
          items={kRoles.map((value) => ({ value, text: studio[value] }))}
          chosen={role}
          onChoose={setRole}
        />
        <p class="soft small">{strings[`may_${role}`]}</p>
        <PasswordField hint={strings.passwordHintAdd} value={password} error={error} onInput={setPassword} />
        <button type="submit" class="button primary">
          {strings.addDo}
        </button>
      </form>
    </Dialog>
  );
}

function PasswordField(props: {
  readonly hint: string;
  readonly value: string;
  readonly error: Said;
  readonly required?: boolean;
  readonly onInput: (value: string) => void;
}) {
  const { strings } = useStrings(peopleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [shown, setShown] = useState(false);
  return (
    <>
      <Field label={studio.password} hint={props.hint} error={props.error}>
        {(input) => (
          <input
            {...input}
            type={(shown ? 'text' : 'password') as 'password'}
            required={props.required}
            maxLength={1000}
            autocomplete="new-password"
            value={props.value}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
        )}
      </Field>
      <label class="choice">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        {strings.showPassword}
      </label>
    </>
  );
}

function SetPassword(props: { readonly person: Person; readonly mine: boolean; readonly onClose: () => void }) {
  const { person, mine, onClose } = props;
  const { strings } = useStrings(peopleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { check } = useAccount();
  const toast = useToast();
  const [password, setPassword] = useState('');
  const [error, setError] = useState<Said>('');
  const save = async () => {
    try {
      await changePerson(person.name, { password });
      toast(fill(strings.passwordToast, { name: person.name }));
      onClose();
      if (mine) check(); // this session has ended with it
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(reasonOf(failure, studio.noAnswer));
    }
  };
  return (
    <Dialog title={fill(strings.passwordTitle, { name: person.name })} onClose={onClose} dirty={password !== ''}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p>{mine ? strings.passwordBodyMine : strings.passwordBody}</p>
        <PasswordField required hint={strings.passwordHint} value={password} error={error} onInput={setPassword} />
        <button type="submit" class="button primary">
          {studio.save}
        </button>
      </form>
    </Dialog>
  );
}

function Tokens(props: {
  readonly people: readonly Person[];
  readonly tokens: readonly Token[];
  readonly now: number;
  readonly reload: () => void;
}) {
  const { people, tokens, now, reload } = props;
  const { strings } = useStrings(peopleStrings);
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Token | null>(null);
  const bearers = tokens.filter(({ kind }) => kind === 'bearer');
  const sessions = tokens.filter(({ kind }) => kind === 'session');
  const rows = (list: readonly Token[]) => (
    <ul class="people-list">
      {list.map((token) => <TokenRow key={token.id} token={token} now={now} onEnd={() => setEnding(token)} />)}
    </ul>
  );
  return (
    <section class="part">
      <div class="head">
        <h2>{strings.tokens}</h2>
        <span class="space" />
        <Button icon="add" onClick={() => setMaking(true)}>
          {strings.newToken}
        </Button>
      </div>
      <p class="soft">{strings.tokensHint}</p>
      {bearers.length === 0 ? <p class="soft">{strings.noTokens}</p> : rows(bearers)}
      <details>
        <summary>{fill(strings.signedIn, { n: sessions.length })}</summary>
        {rows(sessions)}
      </details>
      {making && (
        <NewToken
          people={people}
          onClose={() => {
            setMaking(false);
            reload();
          }}
        />
      )}
      {ending && (
        <Confirm
          title={ending.kind === 'session' ? fill(strings.endTitle, { name: ending.account }) : fill(strings.revokeTitle, { name: ending.label || ending.account })}
          body={ending.kind === 'session' ? strings.endBody : strings.revokeBody}
          action={ending.kind === 'session' ? strings.endDo : strings.revokeDo}
          danger
          act={() => revokeToken(ending.id)}
          onClose={() => {
            setEnding(null);
            reload();
          }}
        />
      )}
    </section>
  );
}

function TokenRow({ token, now, onEnd }: { readonly token: Token; readonly now: number; readonly onEnd: () => void }) {
  const { strings, tag } = useStrings(peopleStrings);
  const moment = (at: string) => formatMoment(Date.parse(at), now, tag);
  const session = token.kind === 'session';
  const name = token.label || token.account;
  return (
    <li class="person" data-token={token.id}>
      <div class="person-name">
        <h3>{session ? token.account : name}</h3>
        {!session && token.label && <span class="badge quiet">{token.account}</span>}
      </div>
      <p class="soft small">
        {[
          token.created ? fill(strings.since, { time: moment(token.created) }) : '',
          token.last_used ? fill(strings.lastUsed, { time: moment(token.last_used) }) : strings.neverUsed,
          token.expires ? fill(strings.until, { time: moment(token.expires) }) : strings.noEnd,
        ].filter(Boolean).join(' · ')}
      </p>
      <div class="person-actions">
        <Named text={session ? strings.end : strings.revoke} name={name} onClick={onEnd} />
      </div>
    </li>
  );
}

const kEnds = ['month', 'year', 'never'] as const;

function NewToken(props: { readonly people: readonly Person[]; readonly onClose: () => void }) {
  const { people, onClose } = props;
  const { strings } = useStrings(peopleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { session } = useAccount();
  const [account, setAccount] = useState(session.name);
  const [label, setLabel] = useState('');
  const [end, setEnd] = useState<(typeof kEnds)[number]>('year');
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<Said>('');
  const done = useRef<HTMLDivElement>(null);
  useEffect(() => done.current?.querySelector('input')?.focus(), [secret]);
  const make = async () => {
    const days = { month: 30, year: 365, never: 0 }[end];
    try {
      const expires = days === 0 ? null : new Date(Date.now() + days * kDay).toISOString();
      setSecret((await createToken(account, label.trim(), expires)).token);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(reasonOf(failure, studio.noAnswer));
    }
  };
  if (secret !== '') {
    return (
      <Dialog
        title={strings.newToken}
        onClose={onClose}
        actions={
          <Button kind="primary" onClick={onClose}>
            {strings.kept}
          </Button>
        }
      >
        <div class="confirmation" ref={done}>
          <p class="warning">{strings.onlyOnce}</p>
          <CopyField label={strings.secret} text={secret} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={strings.newToken} onClose={onClose} dirty={label !== ''}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label={strings.account} hint={strings.accountHint}>
          {(input) => (
            <select {...input} value={account} onChange={(event) => setAccount(event.currentTarget.value)}>
              {people.filter(({ disabled }) => !disabled).map(({ name, role }) => (
                <option key={name} value={name}>
                  {name} ({studio[role]})
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={strings.purpose} error={error}>
          {(input) => (
            <input {...input} maxLength={200} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
          )}
        </Field>
        <Chips
          legend={strings.lasts}
          items={kEnds.map((value) => ({ value, text: strings[`e_${value}`] }))}
          chosen={end}
          onChoose={setEnd}
        />
        <button type="submit" class="button primary">
          {strings.makeToken}
        </button>
      </form>
    </Dialog>
  );
}
