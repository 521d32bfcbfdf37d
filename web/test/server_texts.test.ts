import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { logStrings } from '../src/studio/log_strings';
import { incidentMeanings, planMeanings, qualityMeanings, subtitleMeanings, told, type Meanings } from '../src/studio/server_texts';

// Tests run from web/.
const root = path.resolve('..');
const source = (file: string) => readFileSync(path.join(root, file), 'utf8');
const sources = (folder: string) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.cc'))
    .map((name) => source(path.join(folder, name)))
    .join('\n');

const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, code = '']) => code))];

/** Every string in C++, whole: neighbours are one. */
function literals(text: string): readonly string[] {
  const joined = text.replace(/"\s*\n\s*"/g, '');
  return [...joined.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, inner = '']) =>
    inner.replace(/\\ufffd/g, '\ufffd').replace(/\\(.)/g, '$1'));
}

const kTables: readonly (readonly [string, Meanings, string, readonly string[]])[] = [
  ['quality', qualityMeanings, sources('src/prepare'),
    all(sources('src/prepare'), /(?:Severity::k\w+|\bseverity),\s*"([a-z0-9-]+)"/g)],
  ['plan', planMeanings, source('src/playout/check.cc'),
    all(source('src/playout/check.cc'), /(?:Severity::k\w+),\s*"([a-z-]+)",/g)],
  ['subtitle', subtitleMeanings, source('src/subtitles/checks.cc'),
    all(source('src/subtitles/checks.cc'), /case Check::k\w+:\s*return "([a-z-]+)"/g)],
];

test('every code of the server has a text in each language, and no other has', () => {
  assert.ok(existsSync(path.join(root, 'src/playout/check.h')), 'not run from web/');
  for (const [name, meanings, , codes] of kTables) {
    assert.ok(codes.length > 10, `${name}: ${codes}`);
    for (const code of codes) {
      for (const tag of ['en', 'zh', 'ru'] as const) assert.ok(meanings[code]?.[tag], `${name}: ${code} in ${tag}`);
    }
  }
  // The list that the header gives is what is there.
  const listed = all(source('src/playout/check.h'), /^\/\/ {3}([a-z-]+) {2,}\S/gm);
  assert.deepEqual([...listed].sort(), Object.keys(planMeanings).sort());
  for (const [name, meanings, , codes] of kTables) {
    assert.deepEqual(Object.keys(meanings).sort(), [...codes].sort(), name);
  }
  for (const kind of all(source('src/playout/as_run.h'), /string_view k\w+ = "([a-z-]+)"/g)) {
    for (const strings of Object.values(logStrings)) assert.ok(`i_${kind}` in strings, kind);
  }
  for (const kind of Object.keys(incidentMeanings)) assert.ok(`i_${kind}` in logStrings.en, kind);
});

test('every sentence is one that the server says, and names the same in each language', () => {
  const incidents = ['broadcaster', 'as_run_recorder', 'control_room'].map((name) => source(`src/app/${name}.cc`)).join('\n');
  for (const [name, meanings, text] of [...kTables, ['incident', incidentMeanings, incidents] as const]) {
    const patterns = literals(text)
      .filter((each) => /[a-z]{3}.* /.test(each.replace(/\{[^}]*\}/g, '')))
      .map((each) => new RegExp(`^${each.split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('.*')}$`));
    for (const [code, { says }] of Object.entries(meanings)) {
      for (const sentence of says) {
        assert.ok(patterns.some((pattern) => pattern.test(sentence.en)), `${name}: nobody says "${sentence.en}" (${code})`);
        const names = new Set(sentence.en.match(/\{\w+\}/g));
        for (const tag of ['zh', 'ru'] as const) {
          assert.ok(sentence[tag], sentence.en);
          for (const each of sentence[tag].match(/\{\w+\}/g) ?? []) assert.ok(names.has(each), `${each} in ${sentence[tag]}`);
        }
      }
    }
  }
});

test('figures come along, as the language writes them; what is not known stays English', () => {
  const cut = '"boats" loses its last 2.5 s to the next fixed start, and fades out';
  assert.deepEqual(told(planMeanings, 'cut', cut, 'en'), { text: cut, english: '' });
  assert.equal(told(planMeanings, 'cut', cut, 'ru').text,
    '«boats» теряет последние 2,5 с из-за следующего твёрдого начала и уходит в затемнение');
  assert.equal(told(planMeanings, 'gap', 'the slate is shown for 1:02:03', 'zh').text, '播出垫底画面 1:02:03');
  assert.equal(told(qualityMeanings, 'peak-limited', 'its peaks (-0.4 dBTP) allow -0.6 dB instead of +3.0 dB', 'ru').text,
    'Пики (−0,4 dBTP) допускают −0,6 дБ вместо +3,0 дБ');
  assert.equal(told(qualityMeanings, 'black', 'the picture is black at 0:00:00.0-0:00:02.0, 0:00:09.0-0:00:11.0 and 3 more', 'zh').text,
    '黑画面位于 0:00:00.0-0:00:02.0, 0:00:09.0-0:00:11.0，另有 3 处');
  assert.equal(told(subtitleMeanings, 'mixed-script', '"hаs" has Cyrillic letters among its own: а', 'zh').text,
    '“hаs”中混有西里尔字母：а');
  assert.deepEqual(told(planMeanings, 'bad-points', '"a": out of it', 'zh'), { text: '入点或出点有误', english: '"a": out of it' });
  assert.deepEqual(told(planMeanings, 'newer', 'a new thing', 'ru'), { text: '', english: 'a new thing' });
});
