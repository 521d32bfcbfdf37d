// The schedule's dialogs: a new block, publishing after a dry run, two producers' changes, the preview of what
// is going to air.

import { useEffect, useState } from 'preact/hooks';
import { ApiError, type Tagged } from '../api';
import { useStrings } from '../locale';
import { fill, formatMoment, formatTimeExactly, plural } from '../text';
import { Button } from '../ui/button';
import { Chips } from '../ui/chips';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Waiting } from '../ui/notices';
import { fillWith, type Said } from '../ui/server_text';
import { useToast } from '../ui/toast';
import type { PlaylistSummary, Publication } from './api';
import { BlockForm, useRule } from './block_form';
import { useTitles } from './catalogue';
import { PreviewPlayer } from './preview';
import { putSchedule, type Block, type PublishedSchedule, type Schedule } from './schedule_api';
import {
  changesOf, countOf, kPlainBlock, mergeSchedules, predecessor, takenTheirs, type BlockConflict,
} from './schedule_draft';
import { scheduleStrings } from './schedule_strings';
import { reasonOf, useAccount } from './session';
import { studioStrings } from './strings';
import { instantOf } from './zone';

export interface Names {
  readonly titleOf: (playlist: string) => string;
  readonly playlists: readonly PlaylistSummary[];
  readonly zone: string;
}

export function AddBlock(props: Names & {
  readonly blocks: readonly Block[];
  readonly zones: readonly string[];
  readonly start: string;
  readonly onAdd: (block: Block, after: string | null) => void;
  readonly onClose: () => void;
}) {
  const { strings } = useStrings(scheduleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { playlists, zone, start } = props;
  const [first] = useState<Block>({
    ...kPlainBlock, id: '', playlist: playlists[0]?.id ?? '', start, zone,
  });
  const [block, setBlock] = useState(first);
  const [after, setAfter] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  return (
    <Dialog
      title={strings.addBlock}
      onClose={props.onClose}
      dirty={wrong || block !== first}
      actions={
        <>
          <Button onClick={props.onClose}>{studio.cancel}</Button>
          <Button kind="primary" disabled={wrong || block.playlist === ''} onClick={() => props.onAdd(block, after)}>
            {strings.add}
          </Button>
        </>
      }
    >
      {playlists.length === 0 ? <p>{strings.noPlaylists}</p> : (
        <BlockForm
          {...props}
          block={block}
          proposed={start}
          onChange={(next, follow) => {
            setBlock(next);
            setAfter(follow);
          }}
          onState={(problems) => setWrong(problems.length > 0)}
        />
      )}
    </Dialog>
  );
}

/** What is different, in words. */
export function ChangeList(props: Names & { readonly before: Schedule; readonly after: Schedule }) {
  const { before, after, titleOf } = props;
  const { strings } = useStrings(scheduleStrings);
  const rule = useRule();
  const ruleIn = (schedule: Schedule, block: Block) => {
    const behind = predecessor(schedule.blocks, block.id);
    return rule(block, behind && titleOf(behind.playlist));
  };
  const { blocks, slate, fillers, countdown, fade } = changesOf(before, after);
  return (
    <ul class="diff">
      {blocks.map(({ change, before: old, after: next }) => (
        <li key={(next ?? old)?.id} class={change === 'removed' ? 'removed' : change === 'added' ? 'added' : 'changed'}>
          <span class="title">{titleOf((next ?? old)?.playlist ?? '')}</span>
          <span class="badge quiet">{strings[`c_${change}`]}</span>
          {old && change !== 'added' && change !== 'removed' && <del class="small soft">{ruleIn(before, old)}</del>}
          {next && <span class="small">{ruleIn(after, next)}</span>}
        </li>
      ))}
      {slate && <li class="changed">{fill(strings.slateChanged, { title: after.slate || '—' })}</li>}
      {fillers && <li class="changed">{fill(strings.fillersChanged, { title: after.fillers ? titleOf(after.fillers) : '—' })}</li>}
      {countdown && <li class="changed">{fill(strings.countdownChanged, { title: after.countdown || '—' })}</li>}
      {fade && <li class="changed">{fill(strings.fadeChanged, { seconds: after.fade })}</li>}
    </ul>
  );
}

type When = 'after-current' | 'now' | 'at';

export function PublishSchedule(props: Names & {
  readonly channel: string;
  readonly title: string;
  readonly base: Tagged<PublishedSchedule>;
  readonly wanted: Schedule;
  readonly onClose: () => void;
  readonly onPublished: (published: Tagged<PublishedSchedule>) => void;
  /** Somebody was first. */
  readonly onConflict: () => void;
}) {
  const { channel, base, wanted, zone, onClose, onPublished, onConflict } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { check } = useAccount();
  const toast = useToast();
  const [when, setWhen] = useState<When>('after-current');
  const [moment, setMoment] = useState('');
  const [plan, setPlan] = useState<Publication | null>(null);
  const [error, setError] = useState<Said>('');
  const [busy, setBusy] = useState(false);
  const at = instantOf(moment.length === 16 ? `${moment}:00` : moment, zone);
  const from = when !== 'at' ? when : Number.isNaN(at) ? '' : new Date(at).toISOString();

  const explain = (failure: unknown) => {
    if (!(failure instanceof ApiError)) throw failure;
    if (failure.status === 401) check();
    if (failure.status === 412) onConflict();
    setError(fillWith(studio.failed, { reason: reasonOf(failure, studio.noAnswer) }));
  };
  useEffect(() => {
    if (from === '') return;
    let current = true;
    setPlan(null);
    setError('');
    putSchedule(channel, wanted, from, true, base.etag).then(
      ({ value }) => current && setPlan(value.publication),
      (failure: unknown) => current && explain(failure),
    );
    return () => {
      current = false;
    };
  }, [channel, wanted, from, base.etag]);

  const publish = async () => {
    setBusy(true);
    try {
      const { value, etag } = await putSchedule(channel, wanted, from, false, base.etag);
      const seen = value.publication.from;
      toast(
        seen === null
          ? strings.published
          : fill(strings.publishedFrom, { time: formatMoment(Date.parse(seen), Date.now(), tag, zone) }),
      );
      onPublished({ value: { ...wanted, version: value.version }, etag });
    } catch (failure) {
      explain(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={fill(strings.publishTitle, { channel: props.title })}
      onClose={onClose}
      dirty={moment !== ''}
      actions={
        <>
          <Button onClick={onClose}>{studio.cancel}</Button>
          <Button kind="primary" disabled={busy || !plan || error !== ''} onClick={() => void publish()}>
            {strings.publishDo}
          </Button>
        </>
      }
    >
      <div class="wide confirmation">
        <section>
          <h3>{strings.yourChanges}</h3>
          <ChangeList {...props} before={base.value} after={wanted} />
        </section>
        <Chips
          legend={strings.when}
          items={(['after-current', 'now', 'at'] as const).map((value) => ({ value, text: strings[`w_${value}`] }))}
          chosen={when}
          onChoose={setWhen}
        />
        {when === 'at' && (
          <Field label={strings.fromWhen} hint={fill(strings.inZone, { zone })}>
            {(input) => (
              <input
                {...input}
                type="datetime-local"
                value={moment}
                onInput={(event) => setMoment(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        {!plan && !error && from !== '' && <Waiting />}
        {plan && <OnAirChanges plan={plan} zone={zone} />}
      </div>
    </Dialog>
  );
}

const kShown = 12;

function OnAirChanges({ plan, zone }: { readonly plan: Publication; readonly zone: string }) {
  const { strings, tag } = useStrings(scheduleStrings);
  const titleOf = useTitles();
  const { from, changes } = plan;
  if (from === null) return <p>{strings.sameOnAir}</p>;
  const more = plan.more + Math.max(0, changes.length - kShown);
  const name = (entry: string | null) => (entry === null ? '' : titleOf(entry));
  const day = (at: string) =>
    new Intl.DateTimeFormat(tag, { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' }).format(Date.parse(at));
  return (
    <section>
      <h3>{fill(strings.viewersSee, { time: `${day(from)}, ${formatTimeExactly(Date.parse(from), tag, zone)}` })}</h3>
      <table class="rundown changes">
        <thead>
          <tr>
            <th scope="col">{strings.time}</th>
            <th scope="col">{strings.before}</th>
            <th scope="col">{strings.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, kShown).map(({ at, before, after }, i) => {
            const newDay = i === 0 || day(at) !== day(changes[i - 1]?.at ?? at);
            return (
              <tr key={at}>
                <th scope="row" class="time">
                  {newDay && <span class="small">{day(at)} </span>}
                  {formatTimeExactly(Date.parse(at), tag, zone)}
                </th>
                <td>{name(before) || <span class="soft">{strings.goesOn}</span>}</td>
                <td>{name(after) || <span class="soft">{strings.goesOn}</span>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {more > 0 && <p class="soft">{fill(plural(strings.more, more, tag), { n: more })}</p>}
    </section>
  );
}

/** Somebody has published while this was edited. Nothing of either is lost. */
export function ScheduleConflict(props: Names & {
  readonly base: Schedule;
  readonly mine: Schedule;
  readonly theirs: Tagged<PublishedSchedule>;
  /** With what is to be edited on, on top of theirs. */
  readonly onGoOn: (schedule: Schedule) => void;
  readonly onTake: () => void;
  readonly onLater: () => void;
}) {
  const { base, mine, theirs, titleOf, onGoOn, onTake, onLater } = props;
  const { strings } = useStrings(scheduleStrings);
  const { schedule, conflicts } = mergeSchedules(base, mine, theirs.value);
  const [choices, setChoices] = useState<ReadonlyMap<string, 'mine' | 'theirs'>>(new Map());
  const both = conflicts.reduce(
    (made: Schedule, conflict) => (choices.get(conflict.id) === 'theirs' ? takenTheirs(made, conflict) : made),
    schedule,
  );
  return (
    <Dialog
      title={strings.conflictTitle}
      onClose={onLater}
      dirty={choices.size > 0}
      actions={
        <>
          <Button onClick={onTake}>{strings.takeTheirs}</Button>
          <Button kind="primary" onClick={() => onGoOn(both)}>
            {strings.goOnWithBoth}
          </Button>
        </>
      }
    >
      <div class="wide confirmation">
        <p>{fill(strings.conflictBody, { n: theirs.value.version })}</p>
        <div class="columns two">
          <section>
            <h3>{strings.theirChanges}</h3>
            {countOf(changesOf(base, theirs.value)) === 0
              ? <p class="soft">{strings.noChanges}</p>
              : <ChangeList {...props} before={base} after={theirs.value} />}
          </section>
          <section>
            <h3>{strings.yourChanges}</h3>
            <ChangeList {...props} before={base} after={mine} />
          </section>
        </div>
        {conflicts.length > 0 && (
          <section class="conflicts">
            <h3>{strings.chooseEach}</h3>
            {conflicts.map((conflict) => (
              <Choice
                key={conflict.id}
                conflict={conflict}
                titleOf={titleOf}
                chosen={choices.get(conflict.id) ?? 'mine'}
                onChoose={(value) => setChoices(new Map(choices).set(conflict.id, value))}
              />
            ))}
          </section>
        )}
      </div>
    </Dialog>
  );
}

function Choice(props: {
  readonly conflict: BlockConflict;
  readonly titleOf: (playlist: string) => string;
  readonly chosen: 'mine' | 'theirs';
  readonly onChoose: (value: 'mine' | 'theirs') => void;
}) {
  const { conflict, titleOf, chosen, onChoose } = props;
  const { strings } = useStrings(scheduleStrings);
  const rule = useRule();
  const text = (block: Block | null, words: string) =>
    fill(words, { rule: block ? rule(block, '…') : strings.c_removed });
  return (
    <Chips
      legend={titleOf((conflict.mine ?? conflict.theirs)?.playlist ?? conflict.id)}
      items={[
        { value: 'mine', text: text(conflict.mine, strings.mineIs) },
        { value: 'theirs', text: text(conflict.theirs, strings.theirsIs) },
      ]}
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}

/** A channel's future, from an instant on. */
export function WatchAhead(props: {
  readonly channel: string;
  readonly title: string;
  readonly from: number;
  readonly zone: string;
  readonly unpublished: boolean;
  readonly onClose: () => void;
}) {
  const { channel, from, zone } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const place = `/previews/channels/${encodeURIComponent(channel)}/${new Date(from).toISOString()}/${kAhead}`;
  return (
    <Dialog
      title={fill(strings.watchTitle, { channel: props.title, time: formatMoment(from, Date.now(), tag, zone) })}
      onClose={props.onClose}
    >
      {props.unpublished && <p class="banner">{strings.watchPublished}</p>}
      <PreviewPlayer place={place} timeOf={(seconds) => formatTimeExactly(from + seconds * 1000, tag, zone)} />
    </Dialog>
  );
}

const kAhead = 30 * 60; // seconds
