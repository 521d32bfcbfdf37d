import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisOf, instantAt, marksOf, missingOn, partsOf, positionOf, stepFor } from '../src/studio/axis';
import type { Block, PlannedAiring, Schedule, Stretch } from '../src/studio/schedule_api';
import {
  changesOf, clockTrouble, countOf, freeId, headOf, kPlainBlock, mergeSchedules, placed, predecessor, problemsOf,
  removed, reordered, snapped, startMoved, startsOf, takenTheirs, zoneOf,
} from '../src/studio/schedule_draft';
import { lateness, troublesOf } from '../src/studio/schedule_plan';
import { addDays, dateAt, dayOf, instantOf, isZone, localTime, mondayOf } from '../src/studio/zone';

const kBerlin = 'Europe/Berlin';
const kHour = 3_600_000;
const utc = (text: string) => Date.parse(`2026-${text}Z`);
const block = (id: string, more: Partial<Block> = {}): Block => ({ ...kPlainBlock, id, playlist: id, zone: kBerlin, ...more });
const schedule = (...blocks: Block[]): Schedule => ({ slate: 'slate', fillers: '', countdown: '', fade: 0.8, blocks });
const ids = (blocks: readonly Block[]) => blocks.map(({ id }) => id).join('');

test('local times are instants as the server has them, also where clocks are changed', () => {
  assert.equal(instantOf('2026-11-23T20:00:00', 'Asia/Shanghai'), utc('11-23T12:00:00'));
  // Put forward on 29 March from 2:00 to 3:00: a time that is skipped is that of the change.
  assert.equal(instantOf('2026-03-29T02:30:00', kBerlin), utc('03-29T01:00:00'));
  assert.equal(instantOf('2026-03-29T03:30:00', kBerlin), utc('03-29T01:30:00'));
  // Put back on 25 October from 3:00 to 2:00: of a time that is shown twice the first counts.
  assert.equal(instantOf('2026-10-25T02:30:00', kBerlin), utc('10-25T00:30:00'));
  assert.equal(localTime(utc('10-25T01:30:00'), kBerlin), '2026-10-25T02:30:00');
  assert.equal(clockTrouble('2026-03-29T02:30:00', kBerlin), 'skipped');
  assert.equal(clockTrouble('2026-10-25T02:30:00', kBerlin), 'twice');
  assert.equal(clockTrouble('2026-10-25T03:00:00', kBerlin), null);
  assert.ok(Number.isNaN(instantOf('tomorrow', kBerlin)));
  assert.ok(isZone('Asia/Kathmandu') && !isZone('Nowhere/Land') && !isZone(''));
});

test('days have 23, 24 or 25 hours, and follow each other', () => {
  const lengths = ['2026-03-28', '2026-03-29', '2026-10-25'].map((date) => {
    const day = dayOf(date, kBerlin);
    assert.equal(day.end, dayOf(addDays(date, 1), kBerlin).start);
    assert.equal(dateAt(day.start, kBerlin), date);
    return (day.end - day.start) / kHour;
  });
  assert.deepEqual(lengths, [24, 23, 25]);
  // Clocks that skip midnight: the day begins at 1:00.
  const cairo = dayOf('2026-04-24', 'Africa/Cairo');
  assert.deepEqual([localTime(cairo.start, 'Africa/Cairo'), (cairo.end - cairo.start) / kHour], ['2026-04-24T01:00:00', 23]);
  assert.equal(mondayOf('2026-11-29'), '2026-11-23');
  assert.equal(mondayOf('2026-11-23'), '2026-11-23');
});

test('a week whose clocks are put back has the hour twice, and other days leave its place empty', () => {
  const days = [24, 25].map((day) => dayOf(`2026-10-${day}`, kBerlin));
  const axis = axisOf(days);
  assert.equal(axis.length, 25 * 60);
  assert.deepEqual(missingOn(axis, 0), [{ from: 180, to: 240 }]);
  assert.deepEqual(missingOn(axis, 1), []);
  assert.equal(positionOf(axis, 1, utc('10-25T00:30:00')), 150); // 2:30 for the first time
  assert.equal(positionOf(axis, 1, utc('10-25T01:30:00')), 210); // and again
  assert.equal(positionOf(axis, 0, utc('10-24T01:30:00')), 240 + 30); // 3:30
  assert.equal(instantAt(axis, 0, 200), utc('10-24T01:00:00')); // where it is empty: 3:00
  const marks = marksOf(axis, 60);
  assert.deepEqual(marks.slice(1, 5).map(({ wall, again }) => [wall / 60, again]), [[1, false], [2, false], [2, true], [3, false]]);
});

test('a day on which clocks are put forward is an hour shorter, by itself and among others', () => {
  const alone = axisOf([dayOf('2026-03-29', kBerlin)]);
  assert.equal(alone.length, 23 * 60);
  assert.deepEqual(missingOn(alone, 0), []);
  assert.deepEqual(marksOf(alone, 60).slice(1, 4).map(({ wall }) => wall / 60), [1, 3, 4]);
  const week = axisOf(['2026-03-28', '2026-03-29'].map((date) => dayOf(date, kBerlin)));
  assert.equal(week.length, 24 * 60);
  assert.deepEqual(missingOn(week, 1), [{ from: 120, to: 180 }]);
});

test('every place of an axis leads back to where it came from', () => {
  for (const zone of [kBerlin, 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Santiago', 'Asia/Kathmandu']) {
    for (const monday of ['2026-03-23', '2026-03-30', '2026-04-06', '2026-04-20', '2026-08-31', '2026-10-05', '2026-10-19', '2026-10-26']) {
      const axis = axisOf([0, 1, 2, 3, 4, 5, 6].map((day) => dayOf(addDays(monday, day), zone)));
      axis.days.forEach((day, number) => {
        let before = -1;
        for (let at = day.start; at < day.end; at += 7 * 60_000) {
          const position = positionOf(axis, number, at);
          assert.ok(position > before, `${zone} ${day.date}: time runs downwards`);
          assert.equal(instantAt(axis, number, position), at, `${zone} ${new Date(at).toISOString()}`);
          before = position;
        }
      });
    }
  }
});

test('what goes over midnight is in two parts', () => {
  const axis = axisOf([23, 24].map((day) => dayOf(`2026-11-${day}`, kBerlin)));
  const parts = partsOf(axis, utc('11-23T22:00:00'), utc('11-24T00:00:00'));
  assert.deepEqual(parts, [
    { day: 0, from: 23 * 60, to: 24 * 60, first: true, last: false },
    { day: 1, from: 0, to: 60, first: false, last: true },
  ]);
  assert.deepEqual(partsOf(axis, utc('11-25T00:00:00'), utc('11-26T00:00:00')), []);
  assert.equal(stepFor(60, 40), 60);
  assert.equal(stepFor(3600, 40), 1);
  assert.equal(stepFor(1, 40), 360);
});

test('a fixed block begins when its clocks say so, every day or week', () => {
  const daily = block('a', { start: '2026-10-23T20:00:00', repeats: 'daily' });
  assert.deepEqual(startsOf(daily, utc('10-24T00:00:00'), utc('10-27T00:00:00')), [
    utc('10-24T18:00:00'), utc('10-25T19:00:00'), utc('10-26T19:00:00'),
  ]);
  assert.deepEqual(startsOf(daily, utc('10-01T00:00:00'), utc('10-24T00:00:00')), [utc('10-23T18:00:00')]);
  const weekly = block('a', { start: '2026-10-20T20:00:00', repeats: 'weekly' });
  assert.deepEqual(startsOf(weekly, utc('10-21T00:00:00'), utc('11-04T00:00:00')), [utc('10-27T19:00:00'), utc('11-03T19:00:00')]);
  assert.deepEqual(startsOf(block('a'), 0, utc('12-01T00:00:00')), []);
});

test('a dragged start moves once, every day, or to another day of the week', () => {
  const from = utc('11-24T19:00:00');
  const to = utc('11-26T20:30:00'); // two days later, 21:30
  const at = (repeats: Block['repeats'], start: string) => startMoved(block('a', { repeats, start }), from, to).start;
  assert.equal(at('once', '2026-11-24T20:00:00'), '2026-11-26T21:30:00');
  assert.equal(at('daily', '2026-11-01T20:00:00'), '2026-11-01T21:30:00');
  assert.equal(at('weekly', '2026-11-03T20:00:00'), '2026-11-05T21:30:00');
  assert.equal(startMoved(block('a'), from, to).start, '');
  assert.equal(snapped(utc('11-24T19:07:31'), 5, kBerlin), utc('11-24T19:10:00'));
  assert.equal(snapped(utc('11-24T19:07:31'), 15, 'Asia/Kathmandu'), utc('11-24T19:15:00'));
});

test('what follows on goes behind its block, and takes over the start of one that is removed', () => {
  const fixed = block('b', { start: '2026-11-24T20:00:00' });
  const blocks = [block('a'), fixed, block('c'), block('d', { start: '2026-11-25T20:00:00' })];
  assert.equal(ids(placed(blocks, block('e'), 'a')), 'aebcd');
  assert.equal(ids(placed(blocks, block('e'), '')), 'eabcd');
  assert.equal(ids(placed(blocks, block('e', { start: '2026-11-26T20:00:00' }), 'a')), 'abcde');
  assert.equal(ids(placed(blocks, block('c'), 'd')), 'abdc');
  assert.equal(headOf(blocks, 'c')?.id, 'b');
  assert.equal(headOf(blocks, 'a'), null);
  assert.equal(predecessor(blocks, 'c')?.id, 'b');
  assert.equal(predecessor(blocks, 'd'), null);
  const rest = removed(blocks, 'b');
  assert.equal(ids(rest), 'acd');
  assert.equal(rest[1]?.start, fixed.start);
  assert.equal(removed(blocks, 'd').length, 3);
  assert.equal(ids(reordered(blocks, 'c', -1)), 'acbd');
  assert.equal(reordered(blocks, 'b', 1), blocks);
  assert.equal(freeId(blocks, 'a'), 'a-2');
  assert.equal(zoneOf(blocks, 'UTC'), kBerlin);
  assert.equal(zoneOf([block('a')], 'UTC'), 'UTC');
});

test('what is wrong with a block is said before the server does', () => {
  const other = block('b', { start: '2026-11-20T20:00:00', repeats: 'daily' });
  const at = (more: Partial<Block>) => problemsOf(block('a', more), [other]);
  assert.deepEqual(at({ start: '2026-11-24T20:00:00' }), ['sameStart']);
  assert.deepEqual(at({ start: '2026-11-24T20:01:00' }), []);
  assert.deepEqual(at({ start: '2026-11-24T19:00:00', zone: 'Europe/London' }), ['sameStart']);
  assert.deepEqual(at({ start: 'T20:00:00' }), ['noDate']);
  assert.deepEqual(at({ start: '2026-11-24T20:00:00', zone: 'Nowhere' }), ['badZone']);
  assert.deepEqual(at({ playlist: '', passes: 1.5 }), ['noPlaylist', 'badPasses']);
});

test('two producers who change different blocks lose nothing; of the same one is a conflict', () => {
  const base = schedule(block('a'), block('b', { start: '2026-11-24T20:00:00' }), block('c'));
  const mine = schedule(block('a', { passes: 2 }), block('x'), base.blocks[1] as Block, base.blocks[2] as Block);
  const theirs = { ...schedule(block('a'), block('b', { start: '2026-11-24T21:00:00' })), slate: 'other' };
  const { schedule: both, conflicts } = mergeSchedules(base, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.equal(ids(both.blocks), 'axb');
  assert.deepEqual([both.blocks[0]?.passes, both.blocks[2]?.start, both.slate], [2, '2026-11-24T21:00:00', 'other']);

  const clash = mergeSchedules(base, mine, schedule(block('a', { passes: 3 }), ...base.blocks.slice(1)));
  assert.deepEqual(clash.conflicts.map(({ id, mine: my, theirs: their }) => [id, my?.passes, their?.passes]), [['a', 2, 3]]);
  assert.equal(clash.schedule.blocks[0]?.passes, 2);
  assert.equal(takenTheirs(clash.schedule, clash.conflicts[0] as never).blocks[0]?.passes, 3);

  // They have removed what I have changed.
  const gone = mergeSchedules(base, mine, schedule(...base.blocks.slice(1)));
  assert.deepEqual(gone.conflicts.map(({ theirs: their }) => their), [null]);
  assert.equal(ids(takenTheirs(gone.schedule, gone.conflicts[0] as never).blocks), 'xbc');
  assert.deepEqual(mergeSchedules(base, base, theirs).schedule, theirs);
});

test('changes are named block by block', () => {
  const before = schedule(block('a'), block('b'), block('c'));
  const after = { ...schedule(block('a', { passes: 0 }), block('c'), block('d')), fillers: 'f' };
  const changes = changesOf(before, after);
  assert.deepEqual(changes.blocks.map(({ change, after: now, before: was }) => [change, (now ?? was)?.id]), [
    ['changed', 'a'], ['moved', 'c'], ['added', 'd'], ['removed', 'b'],
  ]);
  assert.equal(countOf(changes), 5);
  assert.equal(countOf(changesOf(before, before)), 0);
});

test('gaps, delays, cuts and missed starts are found in a plan', () => {
  const day = (time: string) => `2026-11-24T${time}Z`;
  const stretch = (kind: Stretch['kind'], of: string | null, start: string, end: string, fixed: string | null): Stretch => ({
    kind, block: of, start: day(start), end: day(end), fixed_start: fixed && day(fixed), airings: 1,
  });
  const stretches = [
    stretch('block', 'a', '10:00:00', '18:40:00', null),
    stretch('gap', 'a', '18:40:00', '19:00:00', null),
    stretch('block', 'b', '19:00:00', '20:05:00', '19:00:00'),
    stretch('block', 'c', '20:05:00', '21:00:00', '20:00:00'),
    stretch('gap', 'c', '21:00:00', '21:00:30', '20:00:00'),
    stretch('block', 'c', '21:00:30', '22:00:00', '20:00:00'),
  ];
  const film: PlannedAiring = {
    entry: 'film', start: day('18:30:00'), end: day('18:40:00'), role: 'item', block: 'a', item: 0, cut: true,
  };
  const blocks = ['19:00', '20:00', '20:02'].map((time, i) =>
    block('bcd'[i] as string, { start: `2026-11-24T${time}:00`, zone: 'UTC' }));
  const from = Date.parse(day('00:00:00'));
  const period = { from, to: from + 24 * kHour, now: Date.parse(day('12:00:00')) };
  const found = troublesOf({ stretches, airings: [film] }, blocks, period, () => 660_000);
  assert.deepEqual(found.map(({ kind, length, block: of }) => [kind, length / 60_000, of]), [
    ['cut', 1, 'a'], ['gap', 20, 'a'], ['missed', 0, 'd'], ['late', 5, 'c'],
  ]);
  const past = troublesOf({ stretches, airings: [film] }, blocks, { ...period, now: Date.parse(day('23:00:00')) }, () => null);
  assert.deepEqual(past, []);
  assert.equal(lateness(stretches[5] as Stretch, stretches[4]), 0);
});
