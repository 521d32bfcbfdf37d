// Links that let viewers in without an account.

import { useCallback, useId, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { useStrings } from '../locale';
import { fill, formatMoment, plural, zoneName } from '../text';
import { Button } from '../ui/button';
import { Chips } from '../ui/chips';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { fillWith, type Said } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { Poster, useCatalogue, useTitles } from './catalogue';
import { useChannelName, useChannels, type ListedChannel } from './channels';
import { CopyField, useCopy } from './copy';
import { mentions } from './filter';
import { addressesOf, linkState, type LinkState } from './link_state';
import { linksStrings } from './links_strings';
import { useLoaded } from './live';
import { createLink, fetchLink, fetchLinks, revokeLink, type LinkWithAddresses, type ViewerLink } from './people_api';
import { ready } from './picker';
import { reasonOf, useFailure } from './session';
import { studioStrings } from './strings';

const kDay = 24 * 3_600_000;
const kShown = 40;

export function Links() {
  const { strings, tag } = useStrings(linksStrings);
  const { strings: studio } = useStrings(studioStrings);
  const [shown, setShown] = useState<'open' | 'all'>('open');
  const [making, setMaking] = useState(false);
  const [opened, setOpened] = useState<LinkWithAddresses | null>(null);
  const [revoking, setRevoking] = useState<ViewerLink | null>(null);
  const fail = useFailure();
  const copy = useCopy();
  const { value, error, reload } = useLoaded(
    useCallback((signal: AbortSignal) => fetchLinks(signal), []),
    (type) => type === 'link',
  );
  const { value: channels } = useChannels();
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  const now = Date.now() + (channels?.clockOffset ?? 0);
  const open = (link: ViewerLink) => ['valid', 'not-yet'].includes(linkState(link, now));
  const newest = [...value].sort((a, b) => Date.parse(b.created ?? '') - Date.parse(a.created ?? ''));
  const rows = newest.filter((link) => shown === 'all' || open(link));
  const give = async (link: ViewerLink, act: 'copy' | 'show') => {
    try {
      const found = await fetchLink(link.id);
      const [only, ...more] = addressesOf(found, location.origin);
      // With several things to open there is a choice to be made.
      if (act === 'show' || !only || more.length > 0 || !(await copy(only.page))) setOpened(found);
    } catch (failure) {
      fail(failure);
    }
  };
  return (
    <>
      <div class="head">
        <h1>{studio.links}</h1>
        <Chips
          legend={strings.show}
          items={[
            { value: 'open', text: `${strings.openOnes} (${newest.filter(open).length})` },
            { value: 'all', text: `${strings.all} (${newest.length})` },
          ]}
          chosen={shown}
          onChoose={setShown}
        />
        <Button kind="primary" icon="add" onClick={() => setMaking(true)}>
          {strings.newLink}
        </Button>
      </div>
      {rows.length === 0 && <p class="soft">{newest.length === 0 ? strings.none : strings.noneOpen}</p>}
      <ul class="people-list">
        {rows.map((link) => (
          <LinkRow
            key={link.id}
            link={link}
            state={linkState(link, now)}
            now={now}
            channels={channels?.value ?? []}
            onCopy={() => void give(link, 'copy')}
            onShow={() => void give(link, 'show')}
            onRevoke={() => setRevoking(link)}
          />
        ))}
      </ul>
      <p class="soft">{fill(strings.zone, { zone: zoneName(now, tag) })}</p>
      {making && (
        <NewLinkDialog
          channels={channels?.value ?? []}
          onClose={() => setMaking(false)}
          onMade={(link) => {
            setMaking(false);
            reload();
            setOpened(link);
          }}
        />
      )}
      {opened && <AddressDialog link={opened} channels={channels?.value ?? []} onClose={() => setOpened(null)} />}
      {revoking && (
        <RevokeDialog
          link={revoking}
          onClose={() => setRevoking(null)}
          onDone={() => {
            setRevoking(null);
            reload();
          }}
        />
      )}
    </>
  );
}

const kBadges: Record<LinkState, string> = { valid: 'good', 'not-yet': 'warn', expired: 'quiet', revoked: 'bad' };

function useScope(channels: readonly ListedChannel[]): (link: ViewerLink) => string {
  const { strings } = useStrings(linksStrings);
  const titleOf = useTitles();
  return (link) => {
    const named = (ids: readonly string[], all: string, name: (id: string) => string) =>
      ids.includes('*') ? [all] : ids.map(name);
    return [
      ...named(link.channels, strings.allChannels, (id) => channels.find((each) => each.id === id)?.title ?? id),
      ...named(link.entries, strings.allFilms, titleOf),
    ].join(', ');
  };
}

function LinkRow(props: {
  readonly link: ViewerLink;
  readonly state: LinkState;
  readonly now: number;
  readonly channels: readonly ListedChannel[];
  readonly onCopy: () => void;
  readonly onShow: () => void;
  readonly onRevoke: () => void;
}) {
  const { link, state, now, channels, onCopy, onShow, onRevoke } = props;
  const { strings, tag } = useStrings(linksStrings);
  const scope = useScope(channels)(link);
  const moment = (at: string) => formatMoment(Date.parse(at), now, tag);
  const name = link.label || scope;
  const open = state === 'valid' || state === 'not-yet';
  const dates = link.revoked
    ? fill(strings.revokedAt, { time: moment(link.revoked) })
    : [
        link.not_before && state === 'not-yet' ? fill(strings.from, { time: moment(link.not_before) }) : '',
        link.expires ? fill(state === 'expired' ? strings.ended : strings.until, { time: moment(link.expires) }) : strings.noEnd,
      ].filter(Boolean).join(' · ');
  return (
    <li class={`person ${open ? '' : 'over'}`} data-link={link.id} data-state={state}>
      <div class="person-name">
        <h2>{name}</h2>
        <span class={`badge ${kBadges[state]}`}>{strings[state]}</span>
      </div>
      <p>{fill(strings.opens, { what: scope })}</p>
      <p class="soft small">
        {dates} · {link.viewers === 0 ? strings.anyNumber : fill(plural(strings.atOnce, link.viewers, tag), { n: link.viewers })}
        {' · '}
        {link.created && fill(strings.madeBy, { name: link.created_by, time: moment(link.created) })}
      </p>
      <div class="person-actions">
        {open && (
          <>
            <button type="button" class="button" onClick={onCopy}>
              {strings.copy}
              <span class="unseen"> {name}</span>
            </button>
            <button type="button" class="button" onClick={onShow}>
              {strings.addresses}
              <span class="unseen"> {name}</span>
            </button>
            <button type="button" class="button" onClick={onRevoke}>
              {strings.revoke}
              <span class="unseen"> {name}</span>
            </button>
          </>
        )}
      </div>
    </li>
  );
}

function AddressDialog(props: {
  readonly link: LinkWithAddresses;
  readonly channels: readonly ListedChannel[];
  readonly onClose: () => void;
}) {
  const { link, channels, onClose } = props;
  const { strings } = useStrings(linksStrings);
  const titleOf = useTitles();
  const addresses = addressesOf(link, location.origin);
  const nameOf = (of: (typeof addresses)[number]['of']) =>
    of === null
      ? strings.everything
      : of.kind === 'channel' ? (channels.find(({ id }) => id === of.id)?.title ?? of.id) : titleOf(of.id);
  return (
    <Dialog title={link.label || strings.addressesTitle} onClose={onClose}>
      <div class="wide confirmation">
        <p>{strings.addressesHint}</p>
        {addresses.length === 0 && <p class="warning">{strings.noAddress}</p>}
        {addresses.map(({ of, page }) => <CopyField key={page} label={nameOf(of)} text={page} />)}
        {addresses.some(({ playlist }) => playlist) && (
          <details>
            <summary>{strings.players}</summary>
            <div class="confirmation">
              {addresses.map(({ of, playlist }) => playlist && (
                <CopyField key={playlist} label={fill(strings.playlistOf, { name: nameOf(of) })} text={playlist} />
              ))}
            </div>
          </details>
        )}
      </div>
    </Dialog>
  );
}

function RevokeDialog(props: { readonly link: ViewerLink; readonly onClose: () => void; readonly onDone: () => void }) {
  const { link, onClose, onDone } = props;
  const { strings } = useStrings(linksStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const [error, setError] = useState<Said>('');
  const revoke = async () => {
    try {
      await revokeLink(link.id);
      toast(strings.revokedToast);
      onDone();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(fillWith(studio.failed, { reason: reasonOf(failure, studio.noAnswer) }));
    }
  };
  return (
    <Dialog
      title={fill(strings.revokeTitle, { name: link.label || link.id })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button kind="danger" onClick={() => void revoke()}>
            {strings.revokeDo}
          </Button>
        </>
      }
    >
      <p>{strings.revokeBody}</p>
      {error && <p class="error" role="alert">{error}</p>}
    </Dialog>
  );
}

const kEnds = ['day', 'week', 'month', 'never', 'at'] as const;

function NewLinkDialog(props: {
  readonly channels: readonly ListedChannel[];
  readonly onClose: () => void;
  readonly onMade: (link: LinkWithAddresses) => void;
}) {
  const { channels, onClose, onMade } = props;
  const { strings } = useStrings(linksStrings);
  const { strings: studio } = useStrings(studioStrings);
  const channelName = useChannelName();
  const [label, setLabel] = useState('');
  const [wide, setWide] = useState<'some' | 'all'>('some');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [films, setFilms] = useState<readonly string[]>([]);
  const [from, setFrom] = useState('');
  const [end, setEnd] = useState<(typeof kEnds)[number]>('week');
  const [until, setUntil] = useState('');
  const [viewers, setViewers] = useState('');
  const [error, setError] = useState<{ readonly member: string; readonly text: Said } | null>(null);
  const [busy, setBusy] = useState(false);
  const dirty =
    [label, from, until, viewers].some(Boolean) || wide === 'all' || chosen.length + films.length > 0 || end !== 'week';
  const beginning = from === '' ? Date.now() : Date.parse(from);
  const expires = () => {
    if (end === 'never') return null;
    if (end === 'at') return until === '' ? NaN : Date.parse(until);
    return beginning + { day: 1, week: 7, month: 30 }[end] * kDay;
  };
  const make = async () => {
    const wanted = wide === 'all' ? ['*'] : chosen;
    if (wanted.length === 0 && films.length === 0) return setError({ member: 'scope', text: strings.chooseSomething });
    const ending = expires();
    if (ending !== null && Number.isNaN(ending)) return setError({ member: 'expires', text: strings.sayWhen });
    if (ending !== null && ending <= Math.max(beginning, Date.now())) {
      return setError({ member: 'expires', text: strings.endsEarly });
    }
    setBusy(true);
    setError(null);
    try {
      onMade(await createLink({
        label: label.trim(), channels: wanted, entries: films,
        not_before: from === '' ? null : new Date(beginning).toISOString(),
        expires: ending === null ? null : new Date(ending).toISOString(),
        viewers: viewers === '' ? 0 : Number(viewers),
      }));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError({ member: '', text: fillWith(studio.failed, { reason: reasonOf(failure, studio.noAnswer) }) });
      setBusy(false);
    }
  };
  const named = (member: string) => (error?.member === member ? error.text : '');
  const ticked = (ids: readonly string[], id: string, on: boolean) => (on ? [...ids, id] : ids.filter((each) => each !== id));
  return (
    <Dialog title={strings.newLink} onClose={onClose} dirty={dirty}>
      <form
        class="wide confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label={strings.label} hint={strings.labelHint}>
          {(input) => (
            <input {...input} maxLength={200} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
          )}
        </Field>
        <Chips
          legend={strings.channels}
          items={[{ value: 'some', text: strings.theseChannels }, { value: 'all', text: strings.allChannels }]}
          chosen={wide}
          onChoose={setWide}
        />
        {wide === 'some' && (
          <div class="ticks" role="group" aria-label={strings.channels}>
            {channels.map(({ id, title, on_air }) => (
              <label key={id} class="choice">
                <input
                  type="checkbox"
                  value={id}
                  checked={chosen.includes(id)}
                  onChange={(event) => setChosen(ticked(chosen, id, event.currentTarget.checked))}
                />
                {channelName({ title, on_air })}
              </label>
            ))}
            {channels.length === 0 && <p class="soft">{strings.noChannels}</p>}
          </div>
        )}
        <details>
          <summary>
            {strings.films}
            {films.length > 0 && ` (${films.length})`}
          </summary>
          <FilmTicks chosen={films} onTick={(id, on) => setFilms(ticked(films, id, on))} />
        </details>
        {named('scope') && <p class="error" role="alert">{named('scope')}</p>}
        <Field label={strings.fromLabel} hint={strings.fromHint}>
          {(input) => (
            <input {...input} type="datetime-local" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
          )}
        </Field>
        <Chips
          legend={strings.endLabel}
          items={kEnds.map((value) => ({ value, text: strings[`e_${value}`] }))}
          chosen={end}
          onChoose={setEnd}
        />
        {end === 'at' && (
          <Field label={strings.untilLabel} error={named('expires')}>
            {(input) => (
              <input {...input} type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
            )}
          </Field>
        )}
        {end !== 'at' && named('expires') && <p class="error" role="alert">{named('expires')}</p>}
        <Field label={strings.viewers} hint={strings.viewersHint}>
          {(input) => (
            <input
              {...input}
              type="number"
              min={1}
              max={65_535}
              value={viewers}
              onInput={(event) => setViewers(event.currentTarget.value)}
            />
          )}
        </Field>
        {named('') && <p class="error" role="alert">{named('')}</p>}
        <button type="submit" class="button primary" disabled={busy}>
          {strings.makeLink}
        </button>
      </form>
    </Dialog>
  );
}

function FilmTicks(props: { readonly chosen: readonly string[]; readonly onTick: (id: string, on: boolean) => void }) {
  const { chosen, onTick } = props;
  const { strings } = useStrings(linksStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { entries } = useCatalogue();
  const titleOf = useTitles();
  const [words, setWords] = useState('');
  const id = useId();
  const found = ready(entries).filter((entry) => entry.kind === 'film' && mentions(entry, words));
  return (
    <div class="picker">
      <Field label={studio.search} hint={studio.searchHint}>
        {(input) => (
          <input {...input} type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        )}
      </Field>
      <div role="group" aria-label={strings.films} class="picker-list" id={id}>
        {found.slice(0, kShown).map((entry) => (
          <label key={entry.id} class="picker-row">
            <input
              type="checkbox"
              value={entry.id}
              checked={chosen.includes(entry.id)}
              onChange={(event) => onTick(entry.id, event.currentTarget.checked)}
            />
            <Poster entry={entry} />
            <span class="title">{titleOf(entry.id)}</span>
          </label>
        ))}
      </div>
      {found.length === 0 && <p class="soft">{studio.nothingFound}</p>}
    </div>
  );
}
