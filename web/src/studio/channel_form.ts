// A channel's settings as fields of a form, so that two who change them can be brought together. Pure.

import { changed, type Fields } from './merge';
import type { ChannelChange, ChannelSettings } from './rooms_api';

export const kWatch = ['public', 'link', 'role'] as const;
export const kRoles = ['screen', 'reviewer', 'producer', 'admin'] as const;
type Watch = (typeof kWatch)[number];
type Role = (typeof kRoles)[number];

/** As many languages as a picture has room for. */
export const kMostBurnt = 2;

export function fieldsOf(settings: ChannelSettings): Fields {
  const { title, playlist, access, burn_in, encrypted } = settings;
  return {
    title,
    playlist,
    watch: access.watch,
    role: access.role ?? 'screen',
    first: burn_in[0] ?? '',
    second: burn_in[1] ?? '',
    encrypted: encrypted ? 'yes' : '',
  };
}

/** What has to be sent for `before` to become `after`. */
export function changeOf(before: Fields, after: Fields): ChannelChange {
  const names = new Set(changed(before, after));
  const text = (name: string) => after[name] ?? '';
  const watch = text('watch') as Watch;
  const access = watch === 'role' ? { watch, role: text('role') as Role } : { watch };
  const burnt = [text('first'), text('second')].filter((tag) => tag !== '');
  return {
    ...(names.has('title') ? { title: text('title').trim() } : {}),
    ...(names.has('playlist') ? { playlist: text('playlist') } : {}),
    ...(names.has('watch') || (watch === 'role' && names.has('role')) ? { access } : {}),
    ...(names.has('first') || names.has('second') ? { burn_in: burnt } : {}),
    ...(names.has('encrypted') ? { encrypted: text('encrypted') !== '' } : {}),
  };
}

/** Bytes as people say them, in units of a thousand: [1.2, 'gigabyte']. */
export function inUnits(bytes: number): readonly [number, 'megabyte' | 'gigabyte' | 'terabyte'] {
  if (bytes >= 1e12) return [bytes / 1e12, 'terabyte'];
  return bytes >= 1e9 ? [bytes / 1e9, 'gigabyte'] : [bytes / 1e6, 'megabyte'];
}

/** Milliseconds that a preparation has taken, or has been going on; null before it has begun. */
export function durationOf(
  job: { readonly started: string | null; readonly finished: string | null },
  now: number,
): number | null {
  if (job.started === null) return null;
  return Math.max(0, (job.finished === null ? now : Date.parse(job.finished)) - Date.parse(job.started));
}
