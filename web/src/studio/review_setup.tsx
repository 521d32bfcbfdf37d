// One review round: its criteria, its films, its jurors.

import { useCallback, useState } from 'preact/hooks';
import { ApiError, fetchReviewProgress, type JurorProgress, type Tagged } from '../api';
import { kLanguages, useStrings } from '../locale';
import { fill, formatLength, formatMoment, pickText, plural } from '../text';
import { Button, IconButton } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { mentions } from './filter';
import { StudioLink } from './link';
import { useLoaded } from './live';
import { ready } from './picker';
import { CriteriaEditor } from './review_criteria';
import { useLooks } from './review_live';
import { criteriaOf, draftOf, filled, isSameRound, mergeRound, problemsOf, sameCriteria } from './review_round';
import { reviewsStrings } from './reviews_strings';
import {
  addJuror, assignFilms, changeRound, clearConflict, fetchRound, removeJuror, setConflict, withdrawFilm,
  type FullRound, type Juror, type RoundChange,
} from './rooms_api';
import { studioAddress } from './route';
import { useAsked, useFailure } from './session';
import { studioStrings } from './strings';

export function ReviewRoundView({ id }: { readonly id: string }) {
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchRound(id, signal), [id]),
    () => false,
  );
  const { value: progress, reload: reloadProgress } = useLoaded(
    useCallback((signal: AbortSignal) => fetchReviewProgress(id, signal), [id]),
    () => false,
  );
  const reloadAll = useCallback(() => {
    reload();
    reloadProgress();
  }, [reload, reloadProgress]);
  useLooks(reloadAll);
  if (!value) {
    if (error && error.status !== 0) return <p class="error"><ServerText>{error.message}</ServerText></p>;
    return error ? <ServerSilent /> : <Waiting />;
  }
  return (
    <>
      {error && <ServerSilent />}
      <Round found={value} progress={progress?.value.jurors ?? []} reload={reloadAll} />
    </>
  );
}

interface RoundProps {
  readonly found: Tagged<FullRound>;
  readonly progress: readonly JurorProgress[];
  readonly reload: () => void;
}

function Round({ found, progress, reload }: RoundProps) {
  const { strings, languages } = useStrings(reviewsStrings);
  const round = found.value;
  const title = pickText(round.titles, languages) || round.id;
  return (
    <>
      <p>
        <StudioLink to={studioAddress('reviews')}>{strings.allRounds}</StudioLink>
      </p>
      <Head found={found} title={title} reload={reload} />
      <div class="columns two round">
        <Films round={round} reload={reload} />
        <Jurors round={round} progress={progress} reload={reload} />
      </div>
      <Settings found={found} reload={reload} />
    </>
  );
}

/** A change of the round itself, which somebody else may have changed meanwhile: `changed` says so. */
function useChange(found: Tagged<FullRound>, reload: () => void, changed?: string) {
  const { strings } = useStrings(reviewsStrings);
  const toast = useToast();
  const failure = useFailure();
  const [busy, setBusy] = useState(false);
  const change = async (what: RoundChange, said: string, done?: (round: FullRound) => void) => {
    setBusy(true);
    try {
      const { value } = await changeRound(found.value.id, what, found.etag);
      done?.(value);
      toast(said);
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 412) toast(changed ?? strings.changedMeanwhile);
      else failure(problem);
    }
    setBusy(false);
    reload();
  };
  return { change, busy };
}

function Head(props: { readonly found: Tagged<FullRound>; readonly title: string; readonly reload: () => void }) {
  const { found, title, reload } = props;
  const { strings } = useStrings(reviewsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [asking, setAsking] = useState(false);
  const { change, busy } = useChange(found, reload);
  const { id, closed } = found.value;
  return (
    <div class="head">
      <h1>{title}</h1>
      <span class={`badge ${closed ? 'quiet' : 'good'}`}>{closed ? strings.closed : strings.open}</span>
      <a class="button" href={`/review/${encodeURIComponent(id)}/results`}>
        {strings.results}
      </a>
      <Button disabled={busy} onClick={() => (closed ? void change({ closed: false }, strings.opened) : setAsking(true))}>
        {closed ? strings.reopen : strings.close}
      </Button>
      {asking && (
        <Dialog
          title={fill(strings.closeTitle, { round: title })}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{studio.cancel}</Button>
              <Button
                kind="primary"
                onClick={() => {
                  setAsking(false);
                  void change({ closed: true }, strings.isClosed);
                }}
              >
                {strings.closeDo}
              </Button>
            </>
          }
        >
          <p>{strings.closeBody}</p>
        </Dialog>
      )}
    </div>
  );
}

function Settings({ found, reload }: { readonly found: Tagged<FullRound>; readonly reload: () => void }) {
  const { strings, tag } = useStrings(reviewsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { titles: before, criteria: present } = found.value;
  const [base, setBase] = useState<FullRound>(found.value); // of what is being written
  const [draft, setDraft] = useState(() => draftOf(found.value));
  const [disturbed, setDisturbed] = useState(false);
  const { titles, criteria: drafts } = draft;
  const setTitles = (changed: typeof titles) => setDraft({ ...draft, titles: changed });
  const setDrafts = (changed: typeof drafts) => setDraft({ ...draft, criteria: changed });
  const { change, busy } = useChange(found, reload, strings.mergedMeanwhile);
  const problems = problemsOf(drafts);
  const criteria = criteriaOf(drafts);
  // Somebody else has changed it: what is being written here stays, and theirs comes to it.
  if (found.value.version > base.version) {
    const written = !isSameRound({ titles, criteria }, base);
    setBase(found.value);
    if (!isSameRound(found.value, base)) {
      setDraft(written ? mergeRound(base, draft, found.value) : draftOf(found.value));
      setDisturbed(written);
    }
  }
  const renamed = JSON.stringify(filled(titles)) !== JSON.stringify(before);
  const rewritten = !sameCriteria(criteria, present);
  const done = (round: FullRound) => {
    setBase(round);
    setDraft(draftOf(round));
    setDisturbed(false);
  };
  const nameOf = new Intl.DisplayNames([tag], { type: 'language' });
  return (
    <section class="room-section">
      <h2>{strings.round}</h2>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          if (problems.size > 0) return;
          void change(
            { ...(renamed ? { titles: filled(titles) } : {}), ...(rewritten ? { criteria } : {}) },
            strings.saved,
            done,
          );
        }}
      >
        <div class="columns two">
          {kLanguages.map(({ tag: language }) => (
            <Field key={language} label={fill(strings.titleIn, { language: nameOf.of(language) ?? language })}>
              {(input) => (
                <input
                  {...input}
                  lang={language}
                  maxLength={500}
                  value={titles[language] ?? ''}
                  onInput={(event) => setTitles({ ...titles, [language]: event.currentTarget.value })}
                />
              )}
            </Field>
          ))}
        </div>
        <CriteriaEditor drafts={drafts} problems={problems} onChange={setDrafts} />
        <p class="soft small">{strings.scoredHint}</p>
        <div role="status">{disturbed && <p class="banner">{strings.mergedMeanwhile}</p>}</div>
        <button type="submit" class="button primary" disabled={busy || problems.size > 0 || (!renamed && !rewritten)}>
          {studio.save}
        </button>
      </form>
    </section>
  );
}

function Films({ round, reload }: { readonly round: FullRound; readonly reload: () => void }) {
  const { strings, tag, languages } = useStrings(reviewsStrings);
  const { entries } = useCatalogue();
  const toast = useToast();
  const failure = useFailure();
  const [adding, setAdding] = useState(false);
  const { films } = round;
  return (
    <section class="room-section">
      <div class="screen-head">
        <h2>{fill(plural(strings.films, films.length, tag), { n: films.length })}</h2>
        <Button onClick={() => setAdding(true)}>{strings.addFilms}</Button>
      </div>
      {films.length === 0 && <p>{strings.noFilms}</p>}
      <ul class="picker-list tall">
        {films.map(({ entry, title, duration_ms }) => {
          const name = pickText(title, languages) || entry;
          return (
            <li key={entry} class="picker-row" data-film={entry}>
              <Poster entry={entries?.get(entry)} />
              <span class="title">{name}</span>
              <span class="soft time">{duration_ms > 0 ? formatLength(duration_ms / 1000) : strings.notReady}</span>
              <IconButton
                icon="close"
                label={fill(strings.withdraw, { title: name })}
                onClick={() =>
                  void withdrawFilm(round.id, entry).then(() => {
                    toast(fill(strings.withdrawn, { title: name }));
                    reload();
                  }, failure)
                }
              />
            </li>
          );
        })}
      </ul>
      {adding && <AddFilms round={round} onClose={() => setAdding(false)} onDone={reload} />}
    </section>
  );
}

function AddFilms(props: { readonly round: FullRound; readonly onClose: () => void; readonly onDone: () => void }) {
  const { round, onClose, onDone } = props;
  const { strings, tag } = useStrings(reviewsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const toast = useToast();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { ask, busy, error } = useAsked();
  const there = new Set(round.films.map(({ entry }) => entry));
  const found = ready(entries).filter(
    (entry) => entry.kind === 'film' && !there.has(entry.id) && mentions(entry, words),
  );
  const all = found.length > 0 && found.every(({ id }) => chosen.has(id));
  const choose = (ids: readonly string[], yes: boolean) => {
    const after = new Set(chosen);
    for (const id of ids) {
      if (yes) after.add(id);
      else after.delete(id);
    }
    setChosen(after);
  };
  return (
    <Dialog
      title={strings.addFilms}
      onClose={onClose}
      dirty={chosen.size > 0}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button
            kind="primary"
            disabled={busy || chosen.size === 0}
            onClick={() =>
              void ask(assignFilms(round.id, [...chosen]), () => {
                toast(fill(plural(strings.assigned, chosen.size, tag), { n: chosen.size }));
                onDone();
                onClose();
              })
            }
          >
            {fill(plural(strings.assign, chosen.size, tag), { n: chosen.size })}
          </Button>
        </>
      }
    >
      <div class="picker">
        <Field label={studio.search} hint={studio.searchHint}>
          {(input) => (
            <input {...input} type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
          )}
        </Field>
        {found.length > 0 && (
          <label class="choice">
            <input
              type="checkbox"
              checked={all}
              onChange={(event) => choose(found.map(({ id }) => id), event.currentTarget.checked)}
            />
            {strings.allFound}
          </label>
        )}
        <div class="picker-list" role="group" aria-label={strings.addFilms}>
          {found.map((entry) => (
            <label key={entry.id} class="picker-row">
              <input
                type="checkbox"
                value={entry.id}
                checked={chosen.has(entry.id)}
                onChange={(event) => choose([entry.id], event.currentTarget.checked)}
              />
              <Poster entry={entry} />
              <span class="title">{titleOf(entry.id)}</span>
              <span class="soft time">{formatLength((entry.duration_ms ?? 0) / 1000)}</span>
            </label>
          ))}
        </div>
        {found.length === 0 && <p class="soft">{studio.nothingFound}</p>}
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}

interface JurorsProps {
  readonly round: FullRound;
  readonly progress: readonly JurorProgress[];
  readonly reload: () => void;
}

function Jurors({ round, progress, reload }: JurorsProps) {
  const { strings, tag } = useStrings(reviewsStrings);
  const [adding, setAdding] = useState(false);
  return (
    <section class="room-section">
      <div class="screen-head">
        <h2>{fill(plural(strings.jurors, round.jurors.length, tag), { n: round.jurors.length })}</h2>
        <Button onClick={() => setAdding(true)}>{strings.addJuror}</Button>
      </div>
      {round.jurors.length === 0 && <p>{strings.noJurors}</p>}
      <ul class="jurors">
        {round.jurors.map((juror) => (
          <JurorRow
            key={juror.id}
            round={round}
            juror={juror}
            progress={progress.find(({ id }) => id === juror.id)}
            reload={reload}
          />
        ))}
      </ul>
      {adding && <AddJuror round={round} onClose={() => setAdding(false)} onDone={reload} />}
    </section>
  );
}

interface JurorRowProps {
  readonly round: FullRound;
  readonly juror: Juror;
  readonly progress: JurorProgress | undefined;
  readonly reload: () => void;
}

function JurorRow({ round, juror, progress, reload }: JurorRowProps) {
  const { strings, languages, tag } = useStrings(reviewsStrings);
  const toast = useToast();
  const failure = useFailure();
  const [asking, setAsking] = useState<'remove' | 'conflict' | null>(null);
  const address = juror.path === null ? '' : new URL(juror.path, location.href).href;
  const titleOf = (entry: string) =>
    pickText(round.films.find((film) => film.entry === entry)?.title ?? {}, languages) || entry;
  const { name } = juror;
  return (
    <li data-juror={name}>
      <p class="screen-head">
        <span class="title">{name}</span>
        <span class="badge quiet">{juror.by_link ? strings.byLink : strings.byAccount}</span>
      </p>
      {progress && (
        <p class="soft small" data-scored={progress.counts.scored}>
          {fill(strings.scoredOf, { done: progress.counts.scored, all: progress.assigned })}
          {progress.last &&
            ` · ${fill(strings.lastHere, { when: formatMoment(Date.parse(progress.last), Date.now(), tag) })}`}
        </p>
      )}
      {address && (
        <div class="address">
          <input
            readOnly
            value={address}
            aria-label={fill(strings.addressOf, { name })}
            onFocus={(event) => event.currentTarget.select()}
          />
          <Button
            onClick={() =>
              void navigator.clipboard.writeText(address).then(
                () => toast(fill(strings.copied, { name })),
                () => toast(strings.notCopied),
              )
            }
          >
            {strings.copy}
          </Button>
        </div>
      )}
      {juror.conflicts.length > 0 && (
        <ul class="notes">
          {juror.conflicts.map(({ entry, reason }) => (
            <li key={entry} class="conflict">
              <span class="badge warn">{strings.conflict}</span> {titleOf(entry)}
              {reason && <span class="soft"> · {reason}</span>}
              <IconButton
                icon="close"
                label={fill(strings.clearConflict, { title: titleOf(entry), name })}
                onClick={() => void clearConflict(round.id, juror.id, entry).then(reload, failure)}
              />
            </li>
          ))}
        </ul>
      )}
      <div class="commands small">
        <Button disabled={round.films.length === 0} onClick={() => setAsking('conflict')}>
          {strings.addConflict}
        </Button>
        <Button onClick={() => setAsking('remove')}>{strings.removeJuror}</Button>
      </div>
      {asking === 'conflict' && (
        <AddConflict round={round} juror={juror} titleOf={titleOf} onClose={() => setAsking(null)} onDone={reload} />
      )}
      {asking === 'remove' && (
        <RemoveJuror round={round} juror={juror} onClose={() => setAsking(null)} onDone={reload} />
      )}
    </li>
  );
}

function AddJuror(props: { readonly round: FullRound; readonly onClose: () => void; readonly onDone: () => void }) {
  const { round, onClose, onDone } = props;
  const { strings } = useStrings(reviewsStrings);
  const toast = useToast();
  const [by, setBy] = useState<'link' | 'account'>('link');
  const [name, setName] = useState('');
  const [account, setAccount] = useState('');
  const [expires, setExpires] = useState('');
  const { ask, busy, error } = useAsked();
  return (
    <Dialog title={strings.addJuror} onClose={onClose} dirty={[name, account, expires].some(Boolean)}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          const juror = {
            ...(name.trim() ? { name: name.trim() } : {}),
            ...(by === 'account' ? { account: account.trim() } : {}),
            ...(by === 'link' && expires ? { expires: new Date(expires).toISOString() } : {}),
          };
          void ask(addJuror(round.id, juror), (made) => {
            toast(fill(strings.jurorAdded, { name: made.name }));
            onDone();
            onClose();
          });
        }}
      >
        <fieldset>
          <legend>{strings.comes}</legend>
          {(['link', 'account'] as const).map((value) => (
            <label class="choice" key={value}>
              <input type="radio" name="by" checked={by === value} onChange={() => setBy(value)} />
              {value === 'link' ? strings.comesByLink : strings.comesByAccount}
            </label>
          ))}
        </fieldset>
        {by === 'account' && (
          <Field label={strings.account}>
            {(input) => (
              <input {...input} required maxLength={64} value={account} onInput={(event) => setAccount(event.currentTarget.value)} />
            )}
          </Field>
        )}
        <Field label={strings.jurorName} hint={by === 'account' ? strings.jurorNameHintAccount : strings.jurorNameHint} error={error}>
          {(input) => (
            <input
              {...input}
              required={by === 'link'}
              maxLength={100}
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        {by === 'link' && (
          <Field label={strings.expires} hint={strings.expiresHint}>
            {(input) => (
              <input
                {...input}
                type="datetime-local"
                value={expires}
                onInput={(event) => setExpires(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <button type="submit" class="button primary" disabled={busy}>
          {strings.add}
        </button>
      </form>
    </Dialog>
  );
}

function AddConflict(props: {
  readonly round: FullRound;
  readonly juror: Juror;
  readonly titleOf: (entry: string) => string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { round, juror, titleOf, onClose, onDone } = props;
  const { strings } = useStrings(reviewsStrings);
  const known = new Set(juror.conflicts.map(({ entry }) => entry));
  const films = round.films.filter(({ entry }) => !known.has(entry));
  const [entry, setEntry] = useState(films[0]?.entry ?? '');
  const [reason, setReason] = useState('');
  const { ask, busy, error } = useAsked();
  return (
    <Dialog title={fill(strings.conflictTitle, { name: juror.name })} onClose={onClose} dirty={reason !== ''}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(setConflict(round.id, juror.id, entry, reason.trim()), () => {
            onDone();
            onClose();
          });
        }}
      >
        <p>{strings.conflictBody}</p>
        <Field label={strings.film} error={error}>
          {(input) => (
            <select {...input} required value={entry} onChange={(event) => setEntry(event.currentTarget.value)}>
              {films.map((film) => (
                <option key={film.entry} value={film.entry}>
                  {titleOf(film.entry)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={strings.reason}>
          {(input) => (
            <input {...input} maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          )}
        </Field>
        <button type="submit" class="button primary" disabled={busy || entry === ''}>
          {strings.keepFrom}
        </button>
      </form>
    </Dialog>
  );
}

function RemoveJuror(props: {
  readonly round: FullRound;
  readonly juror: Juror;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { round, juror, onClose, onDone } = props;
  const { strings } = useStrings(reviewsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const { ask, busy, error } = useAsked();
  return (
    <Dialog
      title={fill(strings.removeJurorTitle, { name: juror.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button
            kind="danger"
            disabled={busy}
            onClick={() =>
              void ask(removeJuror(round.id, juror.id), () => {
                toast(fill(strings.jurorRemoved, { name: juror.name }));
                onDone();
              })
            }
          >
            {strings.removeJuror}
          </Button>
        </>
      }
    >
      <p>{strings.removeJurorBody}</p>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
