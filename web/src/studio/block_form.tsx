// One block of a schedule as a form: everything that the pointer does on the timeline, and the rest.

import { useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Chips } from '../ui/chips';
import { Field } from '../ui/field';
import type { PlaylistSummary } from './api';
import type { Block } from './schedule_api';
import { clockTrouble, isFixed, predecessor, problemsOf, type BlockProblem } from './schedule_draft';
import { scheduleStrings } from './schedule_strings';

const kZones = Intl.supportedValuesOf('timeZone');

export interface BlockFormProps {
  readonly block: Block;
  readonly blocks: readonly Block[];
  readonly playlists: readonly PlaylistSummary[];
  readonly titleOf: (playlist: string) => string;
  readonly zones: readonly string[];
  /** Where it starts when it is made to begin at a time. */
  readonly proposed: string;
  /** `after`: what it follows on, "" for the first of all; null for a fixed one. */
  readonly onChange: (block: Block, after: string | null) => void;
  readonly onState?: (problems: readonly BlockProblem[]) => void;
}

export function BlockForm(props: BlockFormProps) {
  const { blocks, playlists, titleOf, zones, proposed, onChange } = props;
  const { strings } = useStrings(scheduleStrings);
  const [wished, setWished] = useState<Partial<Block>>({});
  const block = { ...props.block, ...wished };
  const others = blocks.filter(({ id }) => id !== block.id);
  const problems = problemsOf(block, others);
  const fixed = isFixed(block);
  const [date = '', time = ''] = block.start.split('T');
  // What it follows on, or would: of a new one, as it was picked here.
  const [picked, setPicked] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null); // a number that makes no sense
  const [zoneTyped, setZoneTyped] = useState<string | null>(null); // while it is being typed
  const place = blocks.findIndex(({ id }) => id === block.id);
  const after = place < 0
    ? (picked ?? others.at(-1)?.id ?? '')
    : isFixed(props.block)
      ? (blocks[place - 1]?.id ?? others.at(-1)?.id ?? '')
      : (predecessor(blocks, block.id)?.id ?? '');
  const unknown = block.playlist !== '' && !playlists.some(({ id }) => id === block.playlist);
  const named = (problem: BlockProblem) => (problems.includes(problem) ? strings[problem] : '');

  // What makes no sense yet stays in the form, and goes no further.
  const change = (wish: Partial<Block>, follow = isFixed({ ...block, ...wish }) ? null : after) => {
    const next = { ...block, ...wish };
    const wrong = problemsOf(next, others).filter((problem) => problem !== 'sameStart');
    props.onState?.(wrong);
    if (wrong.length > 0) return setWished({ ...wished, ...wish });
    setWished({});
    onChange(next, follow);
  };
  const trouble = fixed && problems.length === 0 && block.repeats === 'once' ? clockTrouble(block.start, block.zone) : null;

  return (
    <div class="block-form">
      <Field label={strings.playlist} error={named('noPlaylist')}>
        {(input) => (
          <select {...input} value={block.playlist} onChange={(event) => change({ playlist: event.currentTarget.value })}>
            {block.playlist === '' && <option value="">—</option>}
            {unknown && <option value={block.playlist}>{block.playlist}</option>}
            {playlists.map(({ id }) => (
              <option key={id} value={id}>
                {titleOf(id)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Chips
        legend={strings.begins}
        items={[{ value: 'fixed', text: strings.atTime }, { value: 'follows', text: strings.followsOn }]}
        chosen={fixed ? 'fixed' : 'follows'}
        onChoose={(value) => change(value === 'fixed' ? { start: proposed } : { start: '', repeats: 'once' })}
      />
      {fixed ? (
        <>
          <div class="pair">
            <Field label={block.repeats === 'once' ? strings.date : strings.firstDate} error={named('noDate')}>
              {(input) => (
                <input
                  {...input}
                  type="date"
                  required
                  value={date}
                  onChange={(event) => change({ start: `${event.currentTarget.value}T${time}` })}
                />
              )}
            </Field>
            <Field label={strings.time}>
              {(input) => (
                <input
                  {...input}
                  type="time"
                  step="1"
                  required
                  value={time}
                  onChange={(event) => change({ start: `${date}T${withSeconds(event.currentTarget.value)}` })}
                />
              )}
            </Field>
          </div>
          {named('sameStart') && <p class="warning small">{strings.sameStart}</p>}
          {trouble && <p class="warning small">{strings[`clock_${trouble}`]}</p>}
          <Chips
            legend={strings.repeats}
            items={(['once', 'daily', 'weekly'] as const).map((value) => ({ value, text: strings[`r_${value}`] }))}
            chosen={block.repeats}
            onChoose={(repeats) => change({ repeats })}
          />
          <Field label={strings.zone} error={named('badZone')}>
            {(input) => (
              <>
                <input
                  {...input}
                  list="known-zones"
                  value={zoneTyped ?? block.zone}
                  onInput={(event) => setZoneTyped(event.currentTarget.value)}
                  onChange={(event) => {
                    setZoneTyped(null);
                    change({ zone: event.currentTarget.value.trim() });
                  }}
                />
                <datalist id="known-zones">
                  {[...new Set([...zones, ...kZones])].map((zone) => <option key={zone} value={zone} />)}
                </datalist>
              </>
            )}
          </Field>
        </>
      ) : (
        <Field label={strings.follows}>
          {(input) => (
            <select
              {...input}
              value={after}
              onChange={(event) => {
                setPicked(event.currentTarget.value);
                change({}, event.currentTarget.value);
              }}
            >
              <option value="">{strings.followsNothing}</option>
              {others.map(({ id, playlist }) => (
                <option key={id} value={id}>
                  {titleOf(playlist)}
                  {id !== playlist && ` (${id})`}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Chips
        legend={strings.passes}
        items={[{ value: 'loop', text: strings.roundAndRound }, { value: 'times', text: strings.times }]}
        chosen={block.passes === 0 ? 'loop' : 'times'}
        onChoose={(value) => change({ passes: value === 'loop' ? 0 : 1 })}
      />
      <div class="pair">
        {block.passes !== 0 && (
          <Field label={strings.howOften} error={named('badPasses')}>
            {(input) => (
              <input
                {...input}
                type="number"
                min={1}
                max={10_000}
                value={typed ?? block.passes}
                onInput={(event) => {
                  const { value } = event.currentTarget;
                  const passes = Number(value) >= 1 ? Number(value) : NaN;
                  setTyped(Number.isInteger(passes) ? null : value);
                  change({ passes });
                }}
              />
            )}
          </Field>
        )}
        <Field label={strings.until} hint={strings.untilHint}>
          {(input) => (
            <input
              {...input}
              type="time"
              value={block.until.slice(0, 5)}
              onChange={(event) => change({ until: event.currentTarget.value === '' ? '' : withSeconds(event.currentTarget.value) })}
            />
          )}
        </Field>
      </div>
      {fixed && (
        <Field label={strings.overrun} hint={strings[`o_${block.overrun}_hint`]}>
          {(input) => (
            <select
              {...input}
              value={block.overrun}
              onChange={(event) => change({ overrun: event.currentTarget.value as Block['overrun'] })}
            >
              {(['fill', 'cut', 'finish'] as const).map((value) => (
                <option key={value} value={value}>
                  {strings[`o_${value}`]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </div>
  );
}

/** Inputs leave out seconds that are zero. */
const withSeconds = (time: string): string => (time.length === 5 ? `${time}:00` : time);

/** A block's rule in words: "Every day at 20:00, once, until 23:00". */
export function useRule(): (block: Block, follows: string | null) => string {
  const { strings, tag } = useStrings(scheduleStrings);
  const shown = (local: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(tag, { timeZone: 'UTC', ...options }).format(Date.parse(`${local}Z`));
  return (block, follows) => {
    const time = block.start.slice(11).replace(/:00$/, '');
    const begins = !isFixed(block)
      ? follows === null ? strings.ruleOpens : fill(strings.ruleFollows, { title: follows })
      : fill(strings[`rule_${block.repeats}`], {
          time,
          date: shown(block.start, { day: 'numeric', month: 'short', weekday: 'short' }),
          weekday: shown(block.start, { weekday: 'long' }),
        });
    const often = block.passes === 0
      ? strings.loops
      : block.passes > 1 ? fill(strings.rulePasses, { n: block.passes }) : '';
    const until = block.until ? fill(strings.ruleUntil, { time: block.until.slice(0, 5) }) : '';
    return [begins, often, until].filter((part) => part !== '').join(' · ');
  };
}
