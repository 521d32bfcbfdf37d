// What a viewer chose before, kept in this browser. Private windows may refuse to keep anything:
// then choices last as long as the page.

export type Setting =
  | 'language'
  | 'theme'
  | 'subtitles' // language of the first, or 'off'
  | 'second-subtitles'
  | 'subtitle-size'
  | 'subtitle-background'
  | 'volume'
  | 'muted'
  | 'review-continuous' // films follow each other: 'yes' or 'no'
  | 'schedule-view' // 'week' or 'day'
  | 'schedule-channel' // the one that was looked at last
  | 'character-keys' // letters and signs are keys of the player: 'no', or else yes
  | 'signed-in'; // 'yes' or 'no': see account.ts

const session = new Map<Setting, string>();

export function recall(setting: Setting): string | null {
  try {
    return localStorage.getItem(`matinee.${setting}`) ?? session.get(setting) ?? null;
  } catch {
    return session.get(setting) ?? null;
  }
}

/** What was chosen, if it is one of `choices`; else the first of them. */
export function recallOneOf<T extends string>(setting: Setting, choices: readonly [T, ...T[]]): T {
  const kept = recall(setting);
  return choices.find((choice) => choice === kept) ?? choices[0];
}

export function store(setting: Setting, value: string): void {
  session.set(setting, value);
  try {
    localStorage.setItem(`matinee.${setting}`, value);
  } catch {
    // The session's copy has it.
  }
}

/** localStorage; null where the browser refuses it. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
