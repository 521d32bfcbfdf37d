// Beside the timeline: what is chosen on it, what is wrong with it, the blocks in order, and the playlists that
// can be put on it.

import { useStrings } from '../locale';
import { fill, formatLength, formatMoment, formatTimeExactly, plural } from '../text';
import { Button, IconButton } from '../ui/button';
import { Field } from '../ui/field';
import type { Finding } from './api';
import { BlockForm, useRule } from './block_form';
import { useCatalogue, useTitles } from './catalogue';
import { StudioLink } from './link';
import { studioAddress } from './route';
import type { Block, PlannedAiring, Schedule, Stretch } from './schedule_api';
import type { Names } from './schedule_dialogs';
import { headOf, isFixed, predecessor } from './schedule_draft';
import {
  airingsIn, chosenStretch, endOf, lateness, lengthOf, startOf, type Selection, type Trouble,
} from './schedule_plan';
import { scheduleStrings } from './schedule_strings';
import { planMeanings } from './server_texts';
import type { Dragged } from './timeline_drag';
import { Told } from './told';
import { localTime } from './zone';

const kLongestFade = 5; // seconds; as the server has it

export interface SideProps extends Names {
  readonly schedule: Schedule;
  /** The schedule's, or what stands for the loop of a channel without one. */
  readonly blocks: readonly Block[];
  readonly stretches: readonly Stretch[];
  readonly airings: readonly PlannedAiring[];
  readonly leftOut: number;
  readonly selected: Selection | null;
  readonly troubles: readonly Trouble[];
  readonly findings: readonly Finding[];
  readonly zones: readonly string[];
  readonly now: number;
  readonly onShow: (at: number) => void;
  readonly onSelect: (selection: Selection | null) => void;
  readonly onChange: (block: Block, after: string | null) => void;
  readonly onRemove: (block: string) => void;
  readonly onReorder: (block: string, by: -1 | 1) => void;
  readonly onSettings: (change: Partial<Pick<Schedule, 'slate' | 'fillers' | 'countdown' | 'fade'>>) => void;
  /** null: at a time of the page's choice. */
  readonly onAdd: (start: number | null) => void;
  readonly onWatch: (from: number) => void;
  readonly onGrab: (event: PointerEvent, what: Dragged) => void;
  readonly showBlock: (block: Block) => void;
  readonly colourOf: (playlist: string) => number;
}

const kYesterday = 23 * 3_600_000;

export function Side(props: SideProps) {
  const { selected, stretches, airings } = props;
  const index = chosenStretch(stretches, selected);
  const stretch = stretches[index];
  const airing = selected?.kind === 'airing' ? airings.find((each) => startOf(each) === selected.start) : undefined;
  return (
    <aside class="side">
      {stretch && <StretchDetails {...props} stretch={stretch} late={lateness(stretch, stretches[index - 1])} />}
      {airing && <AiringDetails {...props} airing={airing} />}
      <Troubles {...props} />
      <Blocks {...props} />
      <Palette {...props} />
      <Fallbacks {...props} />
    </aside>
  );
}

function CloseDetails({ onSelect }: SideProps) {
  const { strings } = useStrings(scheduleStrings);
  return <IconButton icon="close" label={strings.closeDetails} onClick={() => onSelect(null)} />;
}

function Watch({ at, now, onWatch }: { readonly at: number; readonly now: number; readonly onWatch: (from: number) => void }) {
  const { strings } = useStrings(scheduleStrings);
  if (at < now - kYesterday) return null; // nothing is kept of that
  return (
    <Button icon="play" onClick={() => onWatch(at)}>
      {at > now ? strings.watchAhead : strings.watchBack}
    </Button>
  );
}

function StretchDetails(props: SideProps & { readonly stretch: Stretch; readonly late: number }) {
  const { stretch, late, blocks, schedule, titleOf, airings, zone, now } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const entryTitle = useTitles();
  const block = stretch.kind === 'block' ? blocks.find(({ id }) => id === stretch.block) : undefined;
  const mine = schedule.blocks.find(({ id }) => id === block?.id);
  const [start, end] = [startOf(stretch), endOf(stretch)];
  const inside = airingsIn(airings, start, end);
  const moment = (at: number) => formatMoment(at, now, tag, zone);
  return (
    <section class="details" aria-label={strings.chosen} data-details={stretch.kind}>
      <div class="details-head">
        <h2>{block ? titleOf(block.playlist) : strings[`k_${stretch.kind}`]}</h2>
        <CloseDetails {...props} />
      </div>
      <p>
        <span class="time">{moment(start)} – {formatTimeExactly(end, tag, zone)}</span>{' '}
        <span class="soft time">({formatLength(Math.round((end - start) / 1000))})</span>
      </p>
      {late > 0 && <p class="error">{fill(strings.startsLate, { time: formatLength(late / 1000) })}</p>}
      {stretch.kind === 'gap' && <p class="warning">{strings.gapHint}</p>}
      <div class="actions">
        <Watch at={Math.max(start, now)} now={now} onWatch={props.onWatch} />
        {!block && (
          <Button icon="add" onClick={() => props.onAdd(start)}>
            {strings.addHere}
          </Button>
        )}
        {mine && (
          <Button onClick={() => props.onRemove(mine.id)}>
            {strings.removeBlock}
          </Button>
        )}
      </div>
      {mine && (
        <BlockForm
          key={mine.id}
          {...props}
          block={mine}
          blocks={schedule.blocks}
          proposed={localTime(start, zone)}
          onChange={props.onChange}
        />
      )}
      {inside.length > 0 && (
        <details open={!mine}>
          <summary>{fill(plural(strings.planned, stretch.airings, tag), { n: stretch.airings })}</summary>
          <ol class="planned">
            {inside.slice(0, kListed).map((airing) => (
              <li key={airing.start}>
                <button
                  type="button"
                  class="row"
                  onClick={() => {
                    props.onShow(startOf(airing));
                    props.onSelect({ kind: 'airing', start: startOf(airing), block: airing.block });
                  }}
                >
                  <span class="time">{formatTimeExactly(startOf(airing), tag, zone)}</span>
                  <span class="title">{entryTitle(airing.entry)}</span>
                  <span class="time soft">{formatLength(Math.round(lengthOf(airing) / 1000))}</span>
                </button>
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

const kListed = 100;

function AiringDetails(props: SideProps & { readonly airing: PlannedAiring }) {
  const { airing, blocks, titleOf, zone, now } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const { entries } = useCatalogue();
  const entryTitle = useTitles();
  const entry = entries?.get(airing.entry);
  const block = blocks.find(({ id }) => id === airing.block);
  const length = lengthOf(airing);
  const whole = entry?.duration_ms ?? null;
  return (
    <section class="details" aria-label={strings.chosen} data-details="airing">
      <div class="details-head">
        <h2>{entryTitle(airing.entry)}</h2>
        <CloseDetails {...props} />
      </div>
      {entry?.poster && <img class="details-poster" src={entry.poster} alt="" />}
      <p>
        <span class="time">
          {formatMoment(startOf(airing), now, tag, zone)} – {formatTimeExactly(endOf(airing), tag, zone)}
        </span>{' '}
        <span class="soft time">({formatLength(Math.round(length / 1000))})</span>
      </p>
      {entry && (entry.author || entry.country) && <p class="soft">{[entry.author, entry.country].filter(Boolean).join(' · ')}</p>}
      {block && <p class="soft">{fill(strings.inBlock, { title: titleOf(block.playlist) })}</p>}
      {airing.cut && (
        <p class="warning">
          {whole === null ? strings.cut : fill(strings.loses, { time: formatLength(Math.round((whole - length) / 1000)) })}
        </p>
      )}
      <div class="actions">
        <Watch at={startOf(airing)} now={now} onWatch={props.onWatch} />
        <StudioLink class="button" to={studioAddress('entries', airing.entry)}>
          {strings.openFilm}
        </StudioLink>
      </div>
    </section>
  );
}

/** What is wrong: in time, and with what the blocks play. */
function Troubles(props: SideProps) {
  const { troubles, findings, blocks, titleOf, zone, now } = props;
  const { strings, tag } = useStrings(scheduleStrings);
  const entryTitle = useTitles();
  // Those in time are named here from the plan, in the producer's language.
  const items = findings.filter(({ code }) => !kOfTime.includes(code));
  const named = ({ kind, length, block, entry }: Trouble) =>
    fill(strings[`t_${kind}`], {
      time: formatLength(Math.round(length / 1000)),
      title: entry ? entryTitle(entry) : titleOf(blocks.find(({ id }) => id === block)?.playlist ?? block ?? ''),
    });
  return (
    <section class="troubles">
      <h2>
        {strings.troubles} <span class={`badge ${troubles.length > 0 ? 'warn' : 'good'}`}>{troubles.length}</span>
      </h2>
      {troubles.length === 0 && <p class="soft">{strings.noTroubles}</p>}
      <ul>
        {troubles.slice(0, kListed).map((trouble) => (
          <li key={`${trouble.kind}${trouble.at}`}>
            <button
              type="button"
              class={`row ${trouble.kind}`}
              data-trouble={trouble.kind}
              onClick={() => {
                props.onShow(trouble.at);
                props.onSelect({
                  kind: trouble.kind === 'cut' ? 'airing' : 'stretch',
                  start: trouble.at,
                  block: trouble.kind === 'gap' ? null : trouble.block,
                });
              }}
            >
              <span class="time">{formatMoment(trouble.at, now, tag, zone)}</span>
              <span>{named(trouble)}</span>
            </button>
          </li>
        ))}
      </ul>
      {items.length > 0 && (
        <details>
          <summary>{fill(plural(strings.itemFindings, items.length, tag), { n: items.length })}</summary>
          <ul class="notes">
            {items.slice(0, kListed).map((finding, i) => (
              <li key={i} class={`small ${finding.severity === 'error' ? 'error' : 'warning'}`}>
                {finding.block && <strong>{titleOf(blocks.find(({ id }) => id === finding.block)?.playlist ?? finding.block)}: </strong>}
                <Told meanings={planMeanings} code={finding.code} message={finding.message} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const kOfTime = ['gap', 'cut', 'late', 'missed'];

function Blocks(props: SideProps) {
  const { schedule, titleOf } = props;
  const { blocks } = schedule;
  const { strings } = useStrings(scheduleStrings);
  const rule = useRule();
  return (
    <section class="blocks">
      <h2>{strings.blocks}</h2>
      {blocks.length === 0 && <p class="soft">{strings.noBlocks}</p>}
      <ol>
        {blocks.map((block, i) => {
          const behind = predecessor(blocks, block.id);
          const title = titleOf(block.playlist);
          const follows = !isFixed(block);
          const inChain = follows && headOf(blocks, block.id) !== null;
          return (
            <li key={block.id} class={`${inChain ? 'follows' : ''}`} data-listed={block.id}>
              <span class="swatch" data-hue={props.colourOf(block.playlist)} aria-hidden="true" />
              <button type="button" class="row" onClick={() => props.showBlock(block)}>
                <span class="title">{title}</span>
                <span class="small soft">{rule(block, behind && titleOf(behind.playlist))}</span>
              </button>
              {follows && (
                <span class="buttons">
                  <IconButton icon="up" label={fill(strings.earlier, { title })} disabled={i === 0} onClick={() => props.onReorder(block.id, -1)} />
                  <IconButton icon="down" label={fill(strings.later, { title })} disabled={i === blocks.length - 1} onClick={() => props.onReorder(block.id, 1)} />
                </span>
              )}
              <IconButton icon="close" label={fill(strings.removeNamed, { title })} onClick={() => props.onRemove(block.id)} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Playlists to be dragged onto the timeline; with keys, "Add a block" does it. */
function Palette(props: SideProps) {
  const { playlists, titleOf, onGrab } = props;
  const { strings } = useStrings(scheduleStrings);
  if (playlists.length === 0) return <p class="soft">{strings.noPlaylists}</p>;
  return (
    <section class="palette">
      <h2>{strings.playlists}</h2>
      <p class="soft small">{strings.paletteHint}</p>
      <ul>
        {playlists.map(({ id }) => (
          <li
            key={id}
            data-palette={id}
            onPointerDown={(event) => {
              event.preventDefault(); // no selection of text
              onGrab(event, { kind: 'new', playlist: id, minutes: 60, title: titleOf(id) });
            }}
          >
            <span class="handle" aria-hidden="true">⠿</span>
            <span class="swatch" data-hue={props.colourOf(id)} aria-hidden="true" />
            <span class="title">{titleOf(id)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is shown when nothing else is. */
function Fallbacks(props: SideProps) {
  const { schedule, playlists, titleOf, onSettings } = props;
  const { strings } = useStrings(scheduleStrings);
  const { entries } = useCatalogue();
  const entryTitle = useTitles();
  const cards = (chosen: string) =>
    [...(entries?.values() ?? [])].filter(
      ({ id, kind, state }) => (kind !== 'film' && state === 'ready') || id === chosen,
    );
  const slates = cards(schedule.slate);
  return (
    <section class="fallbacks">
      <h2>{strings.fallbacks}</h2>
      <Field label={strings.slate} hint={strings.slateHint}>
        {(input) => (
          <select {...input} value={schedule.slate} onChange={(event) => onSettings({ slate: event.currentTarget.value })}>
            <option value="">—</option>
            {slates.map(({ id }) => (
              <option key={id} value={id}>
                {entryTitle(id)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={strings.fillers} hint={strings.fillersHint}>
        {(input) => (
          <select {...input} value={schedule.fillers} onChange={(event) => onSettings({ fillers: event.currentTarget.value })}>
            <option value="">—</option>
            {playlists.map(({ id }) => (
              <option key={id} value={id}>
                {titleOf(id)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={strings.countdown} hint={strings.countdownHint}>
        {(input) => (
          <select {...input} value={schedule.countdown} onChange={(event) => onSettings({ countdown: event.currentTarget.value })}>
            <option value="">—</option>
            {cards(schedule.countdown).map(({ id }) => (
              <option key={id} value={id}>
                {entryTitle(id)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={strings.fade} hint={strings.fadeHint}>
        {(input) => (
          <input
            {...input}
            type="number"
            min={0}
            max={kLongestFade}
            step={0.1}
            value={schedule.fade}
            onChange={({ currentTarget: { valueAsNumber } }) => {
              if (valueAsNumber >= 0 && valueAsNumber <= kLongestFade) onSettings({ fade: valueAsNumber });
            }}
          />
        )}
      </Field>
    </section>
  );
}
