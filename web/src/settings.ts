// What a viewer chose before, kept in this browser. Private windows may refuse to keep anything:
// then choices last as long as the page.

export type Setting = 'language' | 'subtitles' | 'volume' | 'muted';

const session = new Map<Setting, string>();

export function recall(setting: Setting): string | null {
  try {
    return localStorage.getItem(`matinee.${setting}`) ?? session.get(setting) ?? null;
  } catch {
    return session.get(setting) ?? null;
  }
}

export function store(setting: Setting, value: string): void {
  session.set(setting, value);
  try {
    localStorage.setItem(`matinee.${setting}`, value);
  } catch {
    // The session's copy has it.
  }
}
