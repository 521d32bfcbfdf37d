// What the screens of a channel draw over its picture.

import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ScreenDesign } from '../api';
import { kLanguages, useStrings } from '../locale';
import { fill, formatTime } from '../text';
import { Button } from '../ui/button';
import { Dialog, useUnsaved } from '../ui/dialog';
import { Field } from '../ui/field';
import { ServerSilent, Waiting } from '../ui/notices';
import { useToast } from '../ui/toast';
import { Poster, useCatalogue } from './catalogue';
import { useChannelName, type ListedChannel } from './channels';
import { useLoaded } from './live';
import { changeScreenDesign, fetchScreenDesign } from './rooms_api';
import { screensStrings } from './screens_strings';
import { useAsked } from './session';
import { studioStrings } from './strings';

const kClocks = ['off', 'top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;

export function ScreenDesigns({ channels }: { readonly channels: readonly ListedChannel[] }) {
  const { strings } = useStrings(screensStrings);
  const nameOf = useChannelName();
  const [open, setOpen] = useState<ListedChannel | null>(null);
  if (channels.length === 0) return null;
  return (
    <section class="room-section">
      <h2>{strings.design}</h2>
      <p class="soft">{strings.designHint}</p>
      <div class="commands">
        {channels.map((channel) => (
          <Button key={channel.id} onClick={() => setOpen(channel)}>
            {fill(strings.designOf, { channel: nameOf(channel) })}
          </Button>
        ))}
      </div>
      {open && <DesignDialog channel={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

function DesignDialog({ channel, onClose }: { readonly channel: ListedChannel; readonly onClose: () => void }) {
  const { strings } = useStrings(screensStrings);
  const { value, error } = useLoaded(
    useCallback((signal: AbortSignal) => fetchScreenDesign(channel.id, signal), [channel.id]),
    () => false,
  );
  return (
    <Dialog title={fill(strings.designOf, { channel: channel.title })} onClose={onClose}>
      <div class="wide">
        {value ? (
          <DesignForm channel={channel} found={value} onClose={onClose} />
        ) : error ? (
          <ServerSilent />
        ) : (
          <Waiting />
        )}
      </div>
    </Dialog>
  );
}

const kEverything = { lower_third: null, next: null, clock: null, accent: null, language: null, away: null };

function DesignForm(props: {
  readonly channel: ListedChannel;
  readonly found: ScreenDesign;
  readonly onClose: () => void;
}) {
  const { channel, found, onClose } = props;
  const { strings } = useStrings(screensStrings);
  const { strings: studio } = useStrings(studioStrings);
  const toast = useToast();
  const [design, setDesign] = useState(found);
  const { ask, busy, error } = useAsked();
  const change = (part: Partial<ScreenDesign>) => setDesign({ ...design, ...part });
  const keys = Object.keys(found) as (keyof ScreenDesign)[];
  const changed = Object.fromEntries(
    keys.filter((key) => design[key] !== found[key]).map((key) => [key, design[key]]),
  );
  useUnsaved(Object.keys(changed).length > 0);
  const saved = () => {
    toast(fill(strings.designSaved, { channel: channel.title }));
    onClose();
  };
  return (
    <form
      class="design"
      onSubmit={(event) => {
        event.preventDefault();
        void ask(changeScreenDesign(channel.id, changed), saved);
      }}
    >
      <div class="confirmation">
        <Field label={strings.lowerThird}>
          {(input) => (
            <input
              {...input}
              type="number"
              min={0}
              max={60}
              required
              value={design.lower_third}
              onInput={(event) => {
                const { valueAsNumber } = event.currentTarget;
                if (Number.isInteger(valueAsNumber)) change({ lower_third: valueAsNumber });
              }}
            />
          )}
        </Field>
        <label class="choice">
          <input
            type="checkbox"
            checked={design.next}
            onChange={(event) => change({ next: event.currentTarget.checked })}
          />
          {strings.next}
        </label>
        <Field label={strings.clock}>
          {(input) => (
            <select
              {...input}
              value={design.clock}
              onChange={(event) => change({ clock: event.currentTarget.value as ScreenDesign['clock'] })}
            >
              {kClocks.map((place) => (
                <option key={place} value={place}>
                  {strings[`clock_${place}`]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={strings.accent}>
          {(input) => (
            <input
              {...input}
              type="color"
              value={design.accent}
              onInput={(event) => change({ accent: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={strings.language}>
          {(input) => (
            <select
              {...input}
              value={design.language}
              onChange={(event) => change({ language: event.currentTarget.value as ScreenDesign['language'] })}
            >
              <option value="">{strings.byBrowser}</option>
              {kLanguages.map(({ tag, name }) => (
                <option key={tag} value={tag} lang={tag}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={strings.away} hint={strings.awayHint} error={error}>
          {(input) => (
            <input
              {...input}
              maxLength={200}
              value={design.away}
              onInput={(event) => change({ away: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <Sample channel={channel} design={design} />
      <div class="commands">
        <button type="submit" class="button primary" disabled={busy || Object.keys(changed).length === 0}>
          {studio.save}
        </button>
        <Button disabled={busy} onClick={() => void ask(changeScreenDesign(channel.id, kEverything), saved)}>
          {strings.reset}
        </Button>
      </div>
    </form>
  );
}

/** What it comes to, drawn small. */
function Sample({ channel, design }: { readonly channel: ListedChannel; readonly design: ScreenDesign }) {
  const { strings, tag } = useStrings(screensStrings);
  const { entries } = useCatalogue();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 10_000);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <div class="sample-box">
      <p class="soft small">{strings.looks}</p>
      <div class="sample" aria-hidden="true">
        <Poster entry={channel.entry ? entries?.get(channel.entry) : undefined} />
        {design.lower_third > 0 && (
          <span class="sample-third" style={{ borderColor: design.accent }}>
            <b>{strings.sampleTitle}</b>
            <span>{strings.sampleAuthor}</span>
          </span>
        )}
        {design.next && (
          <span class="sample-next" style={{ color: design.accent }}>
            {strings.sampleNext}
          </span>
        )}
        {design.clock !== 'off' && (
          <span class={`sample-clock ${design.clock}`}>{formatTime(now, design.language || tag)}</span>
        )}
      </div>
    </div>
  );
}
