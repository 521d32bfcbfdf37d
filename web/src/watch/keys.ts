// The keys of the player. `kKeys` is also what the help lists.

import { useEffect } from 'preact/hooks';
import { recall } from '../settings';
import type { watchStrings } from './strings';

type Words = Extract<keyof (typeof watchStrings)['en'], `key${string}`>;

export type Action =
  | 'play' | 'back' | 'forward' | 'previous' | 'next' | 'restart' | 'live' | 'louder' | 'quieter'
  | 'mute' | 'first' | 'second' | 'larger' | 'smaller' | 'fullscreen' | 'pip' | 'help';

/** KeyboardEvent.key, in lower case for letters; with "Shift+" for arrows that have it. */
const kActions: Readonly<Record<string, Action>> = {
  ' ': 'play',
  k: 'play',
  ArrowLeft: 'back',
  ArrowRight: 'forward',
  'Shift+ArrowLeft': 'previous',
  'Shift+ArrowRight': 'next',
  s: 'restart',
  l: 'live',
  ArrowUp: 'louder',
  ArrowDown: 'quieter',
  m: 'mute',
  c: 'first',
  v: 'second',
  '+': 'larger',
  '=': 'larger',
  '-': 'smaller',
  f: 'fullscreen',
  p: 'pip',
  '?': 'help',
};

/** What the help says: keys as they are printed, and what they do. "space" is a word of its own. */
export const kKeys: readonly { readonly keys: readonly string[]; readonly does: Words }[] = [
  { keys: ['space', 'K'], does: 'keyPlay' },
  { keys: ['←', '→'], does: 'keySeek' },
  { keys: ['Shift ←', 'Shift →'], does: 'keyFilm' },
  { keys: ['S'], does: 'keyStart' },
  { keys: ['L'], does: 'keyLive' },
  { keys: ['↑', '↓'], does: 'keyVolume' },
  { keys: ['M'], does: 'keyMute' },
  { keys: ['C'], does: 'keyFirst' },
  { keys: ['V'], does: 'keySecond' },
  { keys: ['+', '−'], does: 'keySize' },
  { keys: ['F'], does: 'keyFullscreen' },
  { keys: ['P'], does: 'keyPip' },
  { keys: ['?'], does: 'keyHelp' },
];

/**
 * What a key does when the focus is on `target`; null when it is the target's own affair. Without `characters`
 * letters and signs do nothing: who speaks to the computer may type them without meaning to (WCAG 2.1.4).
 */
export function actionOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>,
  target: Pick<Element, 'matches' | 'closest'> | null,
  characters = true,
): Action | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (target?.closest('select, textarea, dialog, [role=menu], .panel')) return null;
  const isArrow = event.key.startsWith('Arrow');
  if (event.key === ' ' && target?.matches('button, a, [role=button]')) return null;
  // The volume's own arrows; the bar's go ten seconds, like everywhere.
  if (isArrow && target?.matches('input.volume, ol')) return null;
  if (target?.matches('input:not([type=range])')) return null;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!characters && name.length === 1 && name !== ' ') return null;
  return kActions[isArrow && event.shiftKey ? `Shift+${name}` : name] ?? null;
}

export const haveCharacters = (): boolean => recall('character-keys') !== 'no';

/** `act` must be stable. `other` is a window besides the page's in which they work as well. */
export function useKeys(act: (action: Action) => void, other: Window | null = null): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      const action = actionOf(event, target, haveCharacters());
      if (!action) return;
      event.preventDefault();
      act(action);
    };
    const windows = [window, ...(other ? [other] : [])];
    for (const each of windows) each.addEventListener('keydown', onKeyDown);
    return () => {
      for (const each of windows) each.removeEventListener('keydown', onKeyDown);
    };
  }, [act, other]);
}
