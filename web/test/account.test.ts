import assert from 'node:assert/strict';
import { test } from 'node:test';
import { homeOf, returnAddress, signInAddress } from '../src/account';

test('after signing in one is back where one was, and nowhere else', () => {
  const back = (from: string) => returnAddress(new URL(signInAddress(from), 'https://here').search, '/otherwise');
  for (const place of ['/', '/review/final', '/watch/main', '/studio/playlists/evening']) assert.equal(back(place), place);
  assert.equal(returnAddress('', '/otherwise'), '/otherwise');
  for (const trap of ['https://evil.test/', '//evil.test', '/\\evil.test', '/\t/evil.test', 'javascript:alert(1)', 'studio']) {
    assert.equal(back(trap), '/otherwise', trap);
  }
});

test('each role has its place', () => {
  const home = (role: 'screen' | 'reviewer' | 'producer' | 'admin') => homeOf({ name: 'mei', role });
  assert.deepEqual([home('admin'), home('producer'), home('reviewer'), home('screen')], ['/studio', '/studio', '/review', '/']);
});
