// What becomes of links and tokens in time, and which addresses a link has. Pure.

import type { LinkWithAddresses, Token, ViewerLink } from './people_api';

export type LinkState = 'valid' | 'not-yet' | 'expired' | 'revoked';

/** At `now`, in milliseconds since 1970. */
export function linkState(link: Pick<ViewerLink, 'revoked' | 'expires' | 'not_before'>, now: number): LinkState {
  if (link.revoked !== null) return 'revoked';
  if (link.expires !== null && Date.parse(link.expires) <= now) return 'expired';
  if (link.not_before !== null && Date.parse(link.not_before) > now) return 'not-yet';
  return 'valid';
}

export const isOver = (token: Pick<Token, 'revoked' | 'expires'>, now: number): boolean =>
  token.revoked !== null || (token.expires !== null && Date.parse(token.expires) <= now);

export interface Address {
  /** null: the page with all that the link opens. */
  readonly of: { readonly kind: 'channel' | 'entry'; readonly id: string } | null;
  /** For people: a page; for other players: a playlist, where there is one. */
  readonly page: string;
  readonly playlist: string | null;
}

/** From the paths the server names (/t/TOKEN/channels/ID/master.m3u8): what is given to people. */
export function addressesOf({ paths }: Pick<LinkWithAddresses, 'paths'>, origin: string): readonly Address[] {
  return paths.flatMap((path): Address[] => {
    const all = /^(\/t\/[^/]+)\/$/.exec(path);
    if (all) return [{ of: null, page: `${origin}${path}`, playlist: null }];
    const one = /^(\/t\/[^/]+)\/(channels|entries)\/([^/]+)\/master\.m3u8$/.exec(path);
    if (!one) return [];
    const [, base = '', folder, id = ''] = one;
    const kind = folder === 'channels' ? 'channel' : 'entry';
    const page = kind === 'channel' ? `${base}/watch/${id}` : `${base}/watch/entries/${id}`;
    return [{ of: { kind, id: decodeURIComponent(id) }, page: `${origin}${page}`, playlist: `${origin}${path}` }];
  });
}
