// Which view of the studio an address names. Pure.

export const kSections = [
  'on-air',
  'entries',
  'playlists',
  'schedule',
  'screens',
  'links',
  'people',
  'reviews',
  'log',
  'settings',
] as const;
export type Section = (typeof kSections)[number];

const kOfAdmins: readonly Section[] = ['people'];

/** Whether a section is for somebody of that role. */
export const maySee = (section: Section, role: string): boolean =>
  role === 'admin' || !kOfAdmins.includes(section);

export interface StudioRoute {
  readonly section: Section | 'unknown';
  /** The entry or playlist that is open; "" for none. */
  readonly subject: string;
}

export function parseStudioRoute(pathname: string): StudioRoute {
  let parts: string[];
  try {
    parts = pathname.split('/').filter((part) => part !== '').map(decodeURIComponent);
  } catch {
    return { section: 'unknown', subject: '' }; // a stray % in the address
  }
  const [studio, name = 'on-air', subject = '', ...more] = parts;
  const section = kSections.find((each) => each === name);
  const known = studio === 'studio' && section !== undefined && more.length === 0;
  return known ? { section, subject } : { section: 'unknown', subject: '' };
}

export function studioAddress(section: Section, subject = ''): string {
  return subject === '' ? `/studio/${section}` : `/studio/${section}/${encodeURIComponent(subject)}`;
}

/** What counts as another page: not what opens over one, and not a choice within one. */
export const placeOf = ({ section, subject }: StudioRoute): string =>
  section === 'playlists' || section === 'reviews' ? `${section}/${subject}` : section;
