// What each channel is set to. Whoever changes the same channel meanwhile loses nothing.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { useStrings } from '../locale';
import { fill, formatMoment } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { fetchPlaylists, type PlaylistSummary } from './api';
import { useCatalogue } from './catalogue';
import { useChannels } from './channels';
import { changeOf, fieldsOf, kRoles, kWatch } from './channel_form';
import { useLoaded } from './live';
import { changed, merge, type Fields } from './merge';
import { slug } from './playlist';
import { RemoveChannel } from './removal';
import { changeChannel, createChannel, fetchChannelSettings, type ChannelSettings } from './rooms_api';
import { roomsStrings } from './rooms_strings';
import { useAsked, useFailure } from './session';
import { settingsStrings } from './settings_strings';
import { studioStrings } from './strings';

export function ChannelsSettings() {
  const { strings } = useStrings(settingsStrings);
  const [making, setMaking] = useState(false);
  const channels = useChannels();
  const playlists = useLoaded(
    useCallback((signal: AbortSignal) => fetchPlaylists(signal), []),
    (type) => type === 'playlist',
  );
  if (!channels.value || !playlists.value) {
    return channels.error ?? playlists.error ? <ServerSilent /> : <Waiting />;
  }
  const all = channels.value.value;
  return (
    <>
      <p class="commands">
        <Button kind="primary" onClick={() => setMaking(true)}>
          {strings.newChannel}
        </Button>
      </p>
      {all.length === 0 && <p>{strings.noChannels}</p>}
      <div class="channel-forms">
        {all.map(({ id, on_air }) => (
          <ChannelCard key={id} id={id} onAir={on_air} playlists={playlists.value!} />
        ))}
      </div>
      {making && (
        <NewChannel
          playlists={playlists.value}
          onClose={() => setMaking(false)}
          onDone={channels.reload}
        />
      )}
    </>
  );
}

function ChannelCard(props: {
  readonly id: string;
  readonly onAir: boolean;
  readonly playlists: readonly PlaylistSummary[];
}) {
  const { id, onAir } = props;
  const { value, error } = useLoaded(
    useCallback((signal: AbortSignal) => fetchChannelSettings(id, signal), [id]),
    (type, data) => type === 'channel' && data['id'] === id,
  );
  if (error?.status === 404) return null; // removed
  return (
    <section class="card channel-form" data-channel={id}>
      {value ? (
        <ChannelForm found={value} onAir={onAir} playlists={props.playlists} />
      ) : error ? (
        error.status === 0 ? <ServerSilent /> : <p class="error"><ServerText>{error.message}</ServerText></p>
      ) : (
        <Waiting />
      )}
    </section>
  );
}

function ChannelForm(props: {
  readonly found: Tagged<ChannelSettings>;
  readonly onAir: boolean;
  readonly playlists: readonly PlaylistSummary[];
}) {
  const { found, onAir, playlists } = props;
  const { strings, tag } = useStrings(settingsStrings);
  const { strings: rooms } = useStrings(roomsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { entries } = useCatalogue();
  const toast = useToast();
  const failure = useFailure();
  const [base, setBase] = useState(found);
  const [fields, setFields] = useState(() => fieldsOf(found.value));
  const [busy, setBusy] = useState(false);
  const [conflicts, setConflicts] = useState<readonly string[]>([]);
  const { id, epoch, title } = base.value;
  const before = fieldsOf(base.value);
  const dirty = changed(before, fields).length > 0;
  const set = (name: string, text: string) => {
    setFields({ ...fields, [name]: text });
    setConflicts(conflicts.filter((each) => each !== name));
  };
  const takeIn = (now: Tagged<ChannelSettings>) => {
    const merged = merge(before, fields, fieldsOf(now.value));
    setBase(now);
    setFields(merged.fields);
    setConflicts(merged.conflicts);
  };
  useEffect(() => {
    if (found.etag !== base.etag) takeIn(found);
  }, [found]);
  const save = async () => {
    setBusy(true);
    try {
      const now = await changeChannel(id, changeOf(before, fields), base.etag);
      setBase(now);
      setFields(fieldsOf(now.value));
      setConflicts([]);
      toast(fill(strings.saved, { channel: now.value.title }));
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 412) {
        try {
          takeIn(await fetchChannelSettings(id));
          toast(strings.changedMeanwhile);
        } catch (second) {
          failure(second);
        }
      } else {
        failure(problem);
      }
    }
    setBusy(false);
  };
  const tags = languagesFor(fields, entries ? [...entries.values()].flatMap(({ languages }) => languages) : []);
  const nameOf = new Intl.DisplayNames([tag], { type: 'language' });
  const choice = (name: string, label: string, values: readonly (readonly [string, string])[], hint = '') => (
    <Field
      label={label}
      {...(hint ? { hint } : {})}
      {...(conflicts.includes(name) ? { error: strings.theirsToo } : {})}
    >
      {(input) => (
        <select {...input} name={name} value={fields[name] ?? ''} onChange={(event) => set(name, event.currentTarget.value)}>
          {values.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  const burnt: readonly (readonly [string, string])[] = [
    ['', strings.none],
    ...tags.map((each) => [each, languageName(nameOf, each)] as const),
  ];
  return (
    <form
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="screen-head">
        <h2>{title}</h2>
        {onAir ? (
          <a class="soft" href={`/watch/${encodeURIComponent(id)}`}>
            {strings.watch}
          </a>
        ) : <span class="badge quiet">{rooms.offAir}</span>}
      </div>
      <Field label={strings.title} {...(conflicts.includes('title') ? { error: strings.theirsToo } : {})}>
        {(input) => (
          <input
            {...input}
            name="title"
            required
            maxLength={300}
            value={fields['title'] ?? ''}
            onInput={(event) => set('title', event.currentTarget.value)}
          />
        )}
      </Field>
      {choice(
        'playlist',
        strings.playlist,
        [['', strings.none] as const, ...playlists.map((each) => [each.id, each.title || each.id] as const)],
        strings.playlistHint,
      )}
      {choice('watch', strings.access, kWatch.map((each) => [each, strings[`w_${each}`]] as const))}
      {fields['watch'] === 'role' &&
        choice('role', strings.role, kRoles.map((each) => [each, studio[each]] as const), strings.roleHint)}
      <div class="columns two">
        {choice('first', strings.burnFirst, burnt)}
        {fields['first'] ? choice('second', strings.burnSecond, burnt) : null}
      </div>
      <p class="soft small">{strings.burnHint}</p>
      <label class="choice">
        <input
          type="checkbox"
          name="encrypted"
          checked={fields['encrypted'] !== ''}
          onChange={(event) => set('encrypted', event.currentTarget.checked ? 'yes' : '')}
        />
        {strings.encrypted}
      </label>
      <p class="soft small">
        {id} · {fill(strings.epoch, { time: formatMoment(Date.parse(epoch), Date.now(), tag) })}
      </p>
      <div class="commands">
        <button type="submit" class="button primary" disabled={busy || !dirty}>
          {studio.save}
        </button>
        <Button disabled={busy || !dirty} onClick={() => setFields(before)}>
          {strings.discard}
        </Button>
        <RemoveChannel id={id} title={title} />
      </div>
    </form>
  );
}

/** "zh:sdh" is in Chinese, for the hard of hearing. */
function languageName(nameOf: Intl.DisplayNames, choice: string): string {
  const [language = '', kind] = choice.split(':');
  let name = language;
  try {
    name = nameOf.of(language) ?? language;
  } catch {
    // no language tag: as it stands
  }
  return kind ? `${name} (${kind})` : name;
}

function languagesFor(fields: Fields, ofEntries: readonly string[]): readonly string[] {
  const tags = new Set(['en', 'zh', 'ru', ...ofEntries, fields['first'] ?? '', fields['second'] ?? '']);
  return [...tags].filter((tag) => tag !== '' && tag !== 'und');
}

function NewChannel(props: {
  readonly playlists: readonly PlaylistSummary[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { playlists, onClose, onDone } = props;
  const { strings } = useStrings(settingsStrings);
  const toast = useToast();
  const [title, setTitle] = useState('');
  const [id, setId] = useState<string | null>(null); // null: follows the title
  const [playlist, setPlaylist] = useState('');
  const { ask, busy, error } = useAsked();
  const wanted = id ?? slug(title);
  return (
    <Dialog title={strings.newChannel} onClose={onClose} dirty={[title, id, playlist].some(Boolean)}>
      <form
        class="confirmation"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(createChannel(wanted, title.trim(), playlist), () => {
            toast(fill(strings.made, { channel: title.trim() }));
            onDone();
            onClose();
          });
        }}
      >
        <Field label={strings.title}>
          {(input) => (
            <input {...input} required maxLength={300} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
          )}
        </Field>
        <Field label={strings.id} hint={strings.idHint} error={error}>
          {(input) => (
            <input
              {...input}
              required
              maxLength={100}
              pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
              value={wanted}
              onInput={(event) => setId(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={strings.playlist} hint={strings.playlistHint}>
          {(input) => (
            <select {...input} value={playlist} onChange={(event) => setPlaylist(event.currentTarget.value)}>
              <option value="">{strings.none}</option>
              {playlists.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.title || each.id}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button type="submit" class="button primary" disabled={busy}>
          {strings.make}
        </button>
      </form>
    </Dialog>
  );
}
