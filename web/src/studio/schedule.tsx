// What each channel plays when: a day or a week of it, as it is planned, or as it would be by a draft that nobody
// sees before it is published.

import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { useStrings } from '../locale';
import { browserStorage, recall, recallOneOf, store } from '../settings';
import { fill, formatMoment, plural } from '../text';
import { Button, IconButton } from '../ui/button';
import { Chips } from '../ui/chips';
import { Notice, ServerSilent, Waiting } from '../ui/notices';
import { ServerText } from '../ui/server_text';
import { useToast } from '../ui/toast';
import { fetchPlaylists } from './api';
import { axisOf, stepFor } from './axis';
import { useCatalogue } from './catalogue';
import { firstOf, useChannelName, useChannels, type ListedChannel } from './channels';
import { forgetDraft, keepDraft, recallDraft, restoredDraft, type RestoredDraft } from './kept_drafts';
import { useLoaded, type EventType } from './live';
import { useNavigation } from './navigation';
import { begun, edited, redone, slug, undone, type History } from './playlist';
import { studioAddress } from './route';
import {
  checkSchedule, fetchPlan, fetchSchedule, type Block, type Plan, type PlannedAiring, type PublishedSchedule,
  type Schedule, type Stretch,
} from './schedule_api';
import {
  changesOf, countOf, freeId, headOf, isFixed, kPlainBlock, placed, removed, reordered, startMoved, startShifted,
  startsOf, zoneOf,
} from './schedule_draft';
import { AddBlock, PublishSchedule, ScheduleConflict, WatchAhead } from './schedule_dialogs';
import { startOf, troublesOf, type Selection } from './schedule_plan';
import { Side } from './schedule_side';
import { scheduleStrings } from './schedule_strings';
import { reasonOf, useAccount } from './session';
import { onAirStrings, studioStrings } from './strings';
import { Timeline } from './timeline';
import { useTimelineDrag, type Drag } from './timeline_drag';
import { addDays, dateAt, dayOf, instantOf, isZone, localTime, mondayOf, ownZone } from './zone';

// Pixels an hour, where texts have their usual size.
const kZooms = [12, 20, 32, 48, 72, 108, 160, 240, 400, 720, 1440, 3600, 7200];
const kClose = 720; // pixels an hour from which single films are drawn, also short ones
const kMonth = 31 * 24 * 3_600_000;
const kModes = ['week', 'day'] as const;
type Mode = (typeof kModes)[number];


export function SchedulePlace() {
  const { strings } = useStrings(onAirStrings);
  const { route } = useNavigation();
  const { value, error } = useChannels();
  const channels = value?.value ?? [];
  const wanted = route.subject || recall('schedule-channel');
  const channel = channels.find(({ id }) => id === wanted) ?? (route.subject === '' ? firstOf(channels) : undefined);
  const shown = channel?.id ?? '';
  useEffect(() => {
    if (shown !== '') store('schedule-channel', shown);
  }, [shown]);
  if (!value) return error ? <ServerSilent /> : <Waiting />;
  if (channel) {
    return <OfChannel key={channel.id} channel={channel} channels={channels} clockOffset={value.clockOffset} />;
  }
  if (route.subject !== '') return <Notice title={fill(strings.noSuchChannel, { id: route.subject })} />;
  return (
    <Notice title={strings.noChannels}>
      <p>{strings.noChannelsHint}</p>
    </Notice>
  );
}

interface ChannelProps {
  readonly channel: ListedChannel;
  readonly channels: readonly ListedChannel[];
  readonly clockOffset: number;
}

function OfChannel(props: ChannelProps) {
  const { id } = props.channel;
  const { value, error } = useLoaded(
    useCallback((signal: AbortSignal) => fetchSchedule(id, signal), [id]),
    (type, data) => type === 'schedule' && data['id'] === id,
  );
  if (value) return <Planner {...props} found={value} />;
  if (error && error.status !== 0) return <p class="error"><ServerText>{error.message}</ServerText></p>;
  return error ? <ServerSilent /> : <Waiting />;
}

interface Draft {
  readonly base: Tagged<PublishedSchedule>;
  readonly history: History<Schedule>;
  /** What the last edit was of: the next one of the same is part of it. */
  readonly edit: string;
  /** When that was: milliseconds since 1970, by this browser's clock. */
  readonly at: number;
  /** How it came back from an earlier visit; null from the first edit on. */
  readonly restored: RestoredDraft['how'] | null;
}

const untouched = (found: Tagged<PublishedSchedule>): Draft => ({
  base: found, history: begun(found.value), edit: '', at: Date.now(), restored: null,
});

// Drafts outlive a look at another part of the studio, with all that can be undone. By account and channel.
const drafts = new Map<string, Draft>();

function useDraft(channel: string, found: Tagged<PublishedSchedule>) {
  const { session } = useAccount();
  const key = `${session.name}\n${channel}`;
  const [draft, setDraft] = useState<Draft>(() => drafts.get(key) ?? returned(session.name, channel, found) ?? untouched(found));
  const update = (change: (before: Draft) => Draft) => {
    setDraft((before) => {
      const changed = change(before);
      const next = changed === before ? before : { ...changed, at: Date.now(), restored: null };
      drafts.set(key, next);
      return next;
    });
  };
  const { base, history, at } = draft;
  const changes = useMemo(() => changesOf(base.value, history.present), [base, history.present]);
  const dirty = countOf(changes) > 0;
  // Before the next event: the page may be left by it.
  const [kept, setKept] = useState(true);
  const keeps = useRef(false); // another window's is not ours to forget
  useLayoutEffect(() => {
    const storage = browserStorage();
    if (dirty) {
      keeps.current = true;
      setKept(keepDraft(storage, { account: session.name, channel, at, base, present: history.present }));
    } else if (keeps.current) {
      keeps.current = false;
      forgetDraft(storage, session.name, channel);
    }
  }, [session.name, channel, base, history.present, dirty]);
  return { draft, update, changes, dirty, kept };
}

/** What was edited in an earlier visit: undo leads to what is published. */
function returned(account: string, channel: string, found: Tagged<PublishedSchedule>): Draft | null {
  const kept = recallDraft(browserStorage(), account, channel, Date.now());
  if (!kept) return null;
  const back = restoredDraft(kept, found);
  if (!back) {
    forgetDraft(browserStorage(), account, channel);
    return null;
  }
  const { base, present, how } = back;
  return { base, history: edited(begun<Schedule>(base.value), present), edit: '', at: kept.at, restored: how };
}

function Planner({ channel, channels, clockOffset, found }: ChannelProps & { readonly found: Tagged<PublishedSchedule> }) {
  const { strings, tag } = useStrings(scheduleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { entries } = useCatalogue();
  const { go } = useNavigation();
  const toast = useToast();
  const nameOf = useChannelName();
  const { id, playlist } = channel;
  const { draft, update, changes, dirty, kept } = useDraft(id, found);
  const { base, history } = draft;
  const present = history.present;

  // -- What is looked at
  const narrow = useRef(matchMedia('(max-width: 48rem)').matches);
  const [mode, setMode] = useState<Mode>(() => (narrow.current ? 'day' : recallOneOf('schedule-view', kModes)));
  const [zooms, setZooms] = useState<Record<Mode, number>>({ week: 32, day: 108 });
  const [zoneWish, setZoneWish] = useState('');
  const zone = zoneWish || zoneOf(base.value.blocks, ownZone());
  const [date, setDate] = useState(() => dateAt(Date.now() + clockOffset, zone));
  const [selected, setSelected] = useState<Selection | null>(null);
  const [wanted, setWanted] = useState<{ readonly at: number } | null>({ at: Date.now() + clockOffset });
  const [dialog, setDialog] = useState<
    | { readonly kind: 'add'; readonly start: string }
    | { readonly kind: 'publish' }
    | { readonly kind: 'watch'; readonly from: number }
    | null
  >(null);
  const [meeting, setMeeting] = useState(false);
  const [spoken, setSpoken] = useState('');

  const axis = useMemo(() => {
    const first = mode === 'week' ? mondayOf(date) : date;
    return axisOf((mode === 'week' ? [0, 1, 2, 3, 4, 5, 6] : [0]).map((day) => dayOf(addDays(first, day), zone)));
  }, [mode, date, zone]);
  const [firstDay, lastDay] = [axis.days[0], axis.days.at(-1)];
  const from = firstDay?.start ?? 0;
  const to = lastDay?.end ?? 0;
  const zoomed = kZooms.find((each) => each >= zooms[mode]) ?? 48;
  const pixelsPerHour = zoomed * useTextScale();

  const { value: lists } = useLoaded(
    useCallback((signal: AbortSignal) => fetchPlaylists(signal), []),
    (type) => type === 'playlist',
  );
  const playlists = useMemo(() => (lists ?? []).filter(({ published }) => published > 0), [lists]);
  const titleOf = (playlist: string) => lists?.find((each) => each.id === playlist)?.title || playlist;
  const colourOf = (playlist: string) =>
    Math.max(0, (lists ?? []).findIndex((each) => each.id === playlist)) % 8;

  const { plan, error, pending } = usePlan(id, from, to, dirty ? present : null);
  const [looked, setLooked] = useState<{ readonly from: number; readonly to: number } | null>(null);
  // Of a day with thousands of films, those that are looked at closely.
  const close = plan !== null && plan.left_out > 0 && mode === 'day' && zoomed >= kClose;
  const closer = useAirings(id, close ? looked : null, dirty ? present : null);
  const airings = closer ?? plan?.airings ?? [];
  const findings = useFindings(id, dirty ? present : null);
  const now = plan ? Date.parse(plan.server_time) : Date.now() + clockOffset;
  const beyond = from >= now + kMonth;
  const stretches = useMemo(
    () => (beyond ? expected(present.blocks, from, to) : (plan?.stretches ?? [])),
    [plan, beyond, present, from, to],
  );
  // What a channel without a schedule loops is the block "loop", also in its past.
  const shownBlocks = useMemo(() => {
    const loops = playlist !== '' && present.blocks.every((block) => block.id !== 'loop');
    return loops
      ? [...present.blocks, { ...kPlainBlock, id: 'loop', playlist, passes: 0 }]
      : present.blocks;
  }, [present, playlist]);
  const troubles = useMemo(
    () => (plan && !beyond
      ? troublesOf(plan, present.blocks, { from, to, now }, (entry) => entries?.get(entry)?.duration_ms ?? null)
      : []),
    [plan, beyond, present, from, to, entries],
  );

  // -- Editing
  const slate = [...(entries?.values() ?? [])].find(({ kind, state }) => kind === 'slate' && state === 'ready')?.id ?? '';
  // With the first block of a channel without a schedule, what it has looped comes first.
  const ground = ({ base: { value }, history: { present: start } }: Draft): Schedule =>
    value.version === 0 && start.blocks.length === 0 && start.slate === ''
      ? { ...start, slate, blocks: playlist ? [opening(playlist)] : [] }
      : start;
  const edit = (change: (before: Schedule) => Schedule, said: string, what = '') => {
    update((before) => {
      const next = change(ground(before));
      if (next === before.history.present) return before;
      const more = what !== '' && what === before.edit && before.history.past.length > 0;
      return {
        ...before,
        edit: what,
        history: more ? { ...before.history, present: next, future: [] } : edited(before.history, next),
      };
    });
    setSpoken(said);
  };
  const change = (block: Block, after: string | null, what = '') =>
    edit((before) => ({ ...before, blocks: placed(before.blocks, block, after) }), '', what);
  const blockOf = (block: string) => present.blocks.find((each) => each.id === block);
  const timeIn = (local: string) => local.slice(11, 16);
  const add = (block: Block, after: string | null, at: number) => {
    const made = { ...block, id: freeId(ground(draft).blocks, slug(block.playlist) || 'block') };
    edit((before) => ({ ...before, blocks: placed(before.blocks, made, after) }),
      fill(strings.addedBlock, { title: titleOf(block.playlist) }));
    setSelected({ kind: 'stretch', start: at, block: made.id });
  };
  const remove = (block: string) => {
    const gone = blockOf(block);
    if (!gone) return;
    edit((before) => ({ ...before, blocks: removed(before.blocks, block) }), '');
    setSelected(null);
    toast(fill(strings.removedBlock, { title: titleOf(gone.playlist) }));
  };
  const shift = (block: string, minutes: number) => {
    const old = blockOf(block);
    if (!old) return;
    if (old.repeats === 'daily' && Math.abs(minutes) >= 24 * 60) return;
    const next = startShifted(old, minutes);
    edit((before) => ({ ...before, blocks: placed(before.blocks, next, null) }),
      fill(strings.movedTo, { title: titleOf(old.playlist), time: next.start.replace('T', ' ').slice(0, 16) }));
  };
  const drop = ({ what, at }: Drag) => {
    if (what.kind === 'new') {
      add({ ...kPlainBlock, id: '', playlist: what.playlist, start: localTime(at, zone), zone }, null, at);
      return;
    }
    const old = blockOf(what.block);
    if (!old) return;
    const next = what.kind === 'move'
      ? startMoved(old, what.from, at)
      : { ...old, until: localTime(at, old.zone).slice(11) };
    edit((before) => ({ ...before, blocks: placed(before.blocks, next, null) }),
      what.kind === 'move'
        ? fill(strings.movedTo, { title: what.title, time: next.start.replace('T', ' ').slice(0, 16) })
        : fill(strings.untilSet, { title: what.title, time: timeIn(`${date}T${next.until}`) }));
    if (what.kind === 'move') setSelected({ kind: 'stretch', start: at, block: old.id });
  };
  const { scroller, drag, begin } = useTimelineDrag({
    axis, zone, pixelsPerHour, snap: stepFor(pixelsPerHour, 4), onDrop: drop,
  });

  // -- Others
  const others = found.etag !== base.etag && found.value.version > base.value.version;
  useEffect(() => {
    if (!others) return;
    if (!dirty) {
      update(() => untouched(found));
      toast(strings.changedByOther);
    }
  }, [others, dirty, found]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (dirty && !kept) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [dirty, kept]);
  useUndoKeys(
    () => update((before) => ({ ...before, edit: '', history: undone(before.history) })),
    () => update((before) => ({ ...before, edit: '', history: redone(before.history) })),
  );

  // -- Going about
  const turn = (by: -1 | 1) => setDate(addDays(date, by * (mode === 'week' ? 7 : 1)));
  const show = (at: number) => {
    setDate(dateAt(at, zone));
    setWanted({ at });
  };
  const choose = (next: Mode) => {
    setMode(next);
    store('schedule-view', next);
    setWanted({ at: Date.now() + clockOffset });
  };
  const zoom = (by: -1 | 1) => {
    const at = kZooms.indexOf(zoomed);
    const next = kZooms[Math.min(kZooms.length - 1, Math.max(0, at + by))] ?? zoomed;
    setZooms({ ...zooms, [mode]: next });
  };
  const zones = [...new Set([zone, zoneOf(base.value.blocks, ownZone()), ownZone(), ...present.blocks.map((block) => block.zone), 'UTC'])].filter(isZone);
  const period = new Intl.DateTimeFormat(tag, { timeZone: zone, day: 'numeric', month: 'long', year: 'numeric' });
  const heading = mode === 'week' ? period.formatRange(from, to - 1) : period.format(from);
  const count = countOf(changes);
  const names = { titleOf, playlists, zone };
  // Where a new block is put unless said otherwise: what is looked at, from the next full hour on.
  const proposed = () => {
    const at = selected && selected.start >= Math.max(now, from) && selected.start < to ? selected.start : Math.max(now, from);
    return localTime(Math.ceil(at / 3_600_000) * 3_600_000, zone);
  };

  return (
    <div class="planner">
      <div class="planner-head">
        <h1>{studio.schedule}</h1>
        {channels.length > 1 ? (
          <label class="compact">
            <span class="unseen">{strings.channel}</span>
            <select value={id} onChange={(event) => go(studioAddress('schedule', event.currentTarget.value))}>
              {channels.map((each) => (
                <option key={each.id} value={each.id}>
                  {nameOf(each)}
                </option>
              ))}
            </select>
          </label>
        ) : <p class="title">{nameOf(channel)}</p>}
        <span class="space" />
        <Button disabled={history.past.length === 0} onClick={() => update((before) => ({ ...before, edit: '', history: undone(before.history) }))}>
          {studio.undo}
        </Button>
        <Button disabled={history.future.length === 0} onClick={() => update((before) => ({ ...before, edit: '', history: redone(before.history) }))}>
          {studio.redo}
        </Button>
        <Button icon="add" onClick={() => setDialog({ kind: 'add', start: proposed() })}>
          {strings.addBlock}
        </Button>
        <Button kind="primary" disabled={!dirty || pending} onClick={() => (others ? setMeeting(true) : setDialog({ kind: 'publish' }))}>
          {strings.review}
        </Button>
      </div>
      <div role="status" class="planner-state" data-dirty={dirty}>
        {dirty && (
          <p class="banner">
            <strong>{fill(plural(strings.unpublished, count, tag), { n: count })}</strong>
            <span>{strings.nobodySees}</span>
            {draft.restored && (
              <span class="restored">
                {fill(strings[`back_${draft.restored}`], { time: formatMoment(draft.at, Date.now(), tag, zone) })}
              </span>
            )}
            {!kept && <span class="warning">{strings.notKept}</span>}
            <span class="space" />
            <button type="button" class="button" onClick={() => edit(() => base.value, strings.discarded)}>
              {strings.discard}
            </button>
          </p>
        )}
        {dirty && others && (
          <p class="banner alarm">
            <span>{strings.otherPublished}</span>
            <span class="space" />
            <button type="button" class="button" onClick={() => setMeeting(true)}>
              {strings.putTogether}
            </button>
          </p>
        )}
        {base.value.version === 0 && !dirty && (
          <p class="banner">
            {playlist ? fill(strings.loopsOnly, { title: titleOf(playlist) }) : strings.nothingYet}
          </p>
        )}
        {error && <p class="banner alarm">{error}</p>}
        {beyond && <p class="banner">{strings.beyond}</p>}
      </div>
      <p class="unseen" role="status">
        {spoken}
      </p>
      <div class="planner-bar">
        <div class="going">
          <IconButton icon="up" label={mode === 'week' ? strings.weekBefore : strings.dayBefore} onClick={() => turn(-1)} />
          <Button
            onClick={() => {
              show(Date.now() + clockOffset);
            }}
          >
            {strings.today}
          </Button>
          <IconButton icon="down" label={mode === 'week' ? strings.weekAfter : strings.dayAfter} onClick={() => turn(1)} />
        </div>
        <h2 aria-live="polite">{heading}</h2>
        <label class="compact">
          <span class="unseen">{strings.date}</span>
          <input
            type="date"
            value={date}
            onChange={(event) => {
              if (event.currentTarget.value !== '') setDate(event.currentTarget.value);
            }}
          />
        </label>
        <span class="space" />
        <Chips
          legend={strings.view}
          items={[{ value: 'day', text: strings.day }, { value: 'week', text: strings.week }]}
          chosen={mode}
          onChoose={choose}
        />
        <div class="zoom">
          <button type="button" class="icon-button" aria-label={strings.zoomOut} title={strings.zoomOut} disabled={zoomed === kZooms[0]} onClick={() => zoom(-1)}>
            −
          </button>
          <input
            type="range"
            aria-label={strings.zoom}
            min={0}
            max={kZooms.length - 1}
            value={kZooms.indexOf(zoomed)}
            onInput={(event) => setZooms({ ...zooms, [mode]: kZooms[event.currentTarget.valueAsNumber] ?? 48 })}
          />
          <button type="button" class="icon-button" aria-label={strings.zoomIn} title={strings.zoomIn} disabled={zoomed === kZooms.at(-1)} onClick={() => zoom(1)}>
            +
          </button>
        </div>
        <label class="compact zone">
          <span class="unseen">{strings.zone}</span>
          <select value={zone} onChange={(event) => setZoneWish(event.currentTarget.value)}>
            {zones.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="planner-columns">
        <Timeline
          axis={axis}
          zone={zone}
          pixelsPerHour={pixelsPerHour}
          stretches={stretches}
          airings={airings}
          blocks={shownBlocks}
          titleOf={titleOf}
          colourOf={colourOf}
          selected={selected}
          troubles={troubles}
          clockOffset={clockOffset}
          drag={drag}
          scroller={scroller}
          wanted={wanted}
          pending={pending}
          onSelect={(next) => setSelected(next)}
          onGrab={begin}
          onShift={shift}
          onRemove={remove}
          onAddAt={(at) => setDialog({ kind: 'add', start: localTime(at, zone) })}
          onDay={(day) => {
            setDate(day);
            choose('day');
            setWanted({ at: dayOf(day, zone).start + 8 * 3_600_000 });
          }}
          onView={(start, end) => setLooked({ from: start, to: end })}
        />
        <Side
          {...names}
          schedule={present}
          blocks={shownBlocks}
          stretches={stretches}
          airings={airings}
          leftOut={plan?.left_out ?? 0}
          selected={selected}
          troubles={troubles}
          findings={findings}
          zones={zones}
          now={now}
          onShow={show}
          onSelect={setSelected}
          onChange={(block, after) => change(block, after, `form ${block.id}`)}
          onRemove={remove}
          onReorder={(block, by) =>
            edit((before) => ({ ...before, blocks: reordered(before.blocks, block, by) }), '')}
          onSettings={(next) => edit((before) => ({ ...before, ...next }), '')}
          onAdd={(start) => setDialog({ kind: 'add', start: start === null ? proposed() : localTime(start, zone) })}
          onWatch={(at) => setDialog({ kind: 'watch', from: at })}
          onGrab={begin}
          showBlock={(block) => {
            const head = headOf(present.blocks, block.id);
            const next = stretches.find((stretch) => stretch.block === block.id && Date.parse(stretch.end) > now)
              ?? stretches.find((stretch) => stretch.block === block.id);
            const at = next ? startOf(next) : head ? startsOf(head, now, now + kMonth)[0] : undefined;
            if (at === undefined) return;
            show(at);
            setSelected({ kind: 'stretch', start: at, block: block.id });
          }}
          colourOf={colourOf}
        />
      </div>
      {dialog?.kind === 'add' && (
        <AddBlock
          {...names}
          blocks={present.blocks}
          zones={zones}
          start={dialog.start}
          onClose={() => setDialog(null)}
          onAdd={(block, after) => {
            const [start] = startsOf(block, now, now + kMonth);
            const at = start ?? (isFixed(block) ? instantOf(block.start, block.zone) : now);
            add(block, after, at);
            setDialog(null);
            if (isFixed(block)) show(at);
          }}
        />
      )}
      {dialog?.kind === 'publish' && (
        <PublishSchedule
          {...names}
          channel={id}
          title={channel.title}
          base={base}
          wanted={present}
          onClose={() => setDialog(null)}
          onPublished={(published) => {
            update((before) => ({
              ...untouched(published), history: { ...before.history, present: published.value },
            }));
            setDialog(null);
          }}
          onConflict={() => {
            setDialog(null);
            setMeeting(true);
          }}
        />
      )}
      {meeting && (
        <Meeting
          channel={id}
          found={found}
          base={base}
          onLater={() => setMeeting(false)}
        >
          {(theirs) => (
            <ScheduleConflict
              {...names}
              base={base.value}
              mine={present}
              theirs={theirs}
              onLater={() => setMeeting(false)}
              onTake={() => {
                // Undo brings back what was edited here.
                update((before) => ({ ...untouched(theirs), history: edited(before.history, theirs.value) }));
                setMeeting(false);
              }}
              onGoOn={(both) => {
                update((before) => ({ ...untouched(theirs), history: edited(before.history, both) }));
                setMeeting(false);
              }}
            />
          )}
        </Meeting>
      )}
      {dialog?.kind === 'watch' && (
        <WatchAhead
          channel={id}
          title={channel.title}
          from={dialog.from}
          zone={zone}
          unpublished={dirty}
          onClose={() => setDialog(null)}
        />
      )}
    </div>
  );
}

/** How much larger than usual texts are, as on a wall. */
function useTextScale(): number {
  const [scale, setScale] = useState(1);
  useEffect(() => {
    const look = () => setScale((parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16);
    look();
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }, []);
  return scale;
}

/** What a channel has looped so far, as the first block of its schedule. */
const opening = (playlist: string): Block => ({ ...kPlainBlock, id: slug(playlist) || 'block', playlist, passes: 0 });

/** The newest version: the event that tells of it may be on its way still. */
function Meeting(props: {
  readonly channel: string;
  readonly found: Tagged<PublishedSchedule>;
  readonly base: Tagged<PublishedSchedule>;
  readonly onLater: () => void;
  readonly children: (theirs: Tagged<PublishedSchedule>) => ComponentChildren;
}) {
  const { channel, found, base } = props;
  const { value } = useLoaded(
    useCallback((signal: AbortSignal) => fetchSchedule(channel, signal), [channel]),
    (type, data) => type === 'schedule' && data['id'] === channel,
  );
  const theirs = value ?? (found.etag !== base.etag ? found : null);
  return theirs ? <>{props.children(theirs)}</> : null;
}

const concernsPlan = (channel: string) => (type: EventType, data: Readonly<Record<string, unknown>>) =>
  type === 'playlist' || type === 'entry' || ((type === 'schedule' || type === 'rundown') && data['id'] === channel);

/** What there was before stays until the next answer comes. */
function usePlan(channel: string, from: number, to: number, wanted: Schedule | null) {
  const { strings } = useStrings(studioStrings);
  const latest = useRef<Plan | null>(null);
  const asked = useMemo(() => ({ channel, from, to, wanted }), [channel, from, to, wanted]);
  const { value, error } = useLoaded(
    useCallback(
      async (signal: AbortSignal): Promise<Plan | 'beyond'> => {
        const furthest = Date.now() + kMonth - 3_600_000;
        if (asked.from >= furthest) return 'beyond';
        return fetchPlan(asked.channel, asked.from, Math.min(asked.to, furthest), asked.wanted, signal);
      },
      [asked],
    ),
    concernsPlan(channel),
  );
  if (value) latest.current = value === 'beyond' ? null : value;
  return {
    plan: latest.current,
    pending: value === null && error === null,
    error: error ? reasonOf(error, strings.noAnswer) : '',
  };
}

/** null while they are not known, or not asked for. */
function useAirings(
  channel: string,
  period: { readonly from: number; readonly to: number } | null,
  wanted: Schedule | null,
): readonly PlannedAiring[] | null {
  const latest = useRef<readonly PlannedAiring[] | null>(null);
  const { value } = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        period && period.to > period.from
          ? (await fetchPlan(channel, period.from, period.to, wanted, signal)).airings
          : [],
      [channel, period, wanted],
    ),
    concernsPlan(channel),
  );
  if (value) latest.current = value;
  return period ? latest.current : null;
}

function useFindings(channel: string, wanted: Schedule | null) {
  const { value } = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        try {
          return (await checkSchedule(channel, wanted, signal)).findings;
        } catch (failure) {
          // The plan's own request says what is wrong with it.
          if (failure instanceof ApiError && failure.status >= 400 && failure.status < 500) return [];
          throw failure;
        }
      },
      [channel, wanted],
    ),
    concernsPlan(channel),
  );
  return value ?? [];
}

/** Beyond what is planned: only fixed starts are certain there. */
function expected(blocks: readonly Block[], from: number, to: number): readonly Stretch[] {
  const starts = blocks
    .flatMap((block) => startsOf(block, from, to).map((at) => ({ at, block })))
    .sort((a, b) => a.at - b.at);
  return starts.map(({ at, block }, i) => {
    const iso = new Date(at).toISOString();
    const end = Math.min(at + 30 * 60_000, starts[i + 1]?.at ?? to);
    return { kind: 'block', block: block.id, fixed_start: iso, start: iso, end: new Date(end).toISOString(), airings: 0 };
  });
}

function useUndoKeys(undo: () => void, redo: () => void): void {
  const latest = useRef({ undo, redo });
  latest.current = { undo, redo };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (typing || !(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) latest.current.undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) latest.current.redo();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
