// Which page an address names. Pure.

export type Route =
  | { readonly page: 'channels' }
  | { readonly page: 'watch'; readonly channel: string }
  | { readonly page: 'entry'; readonly entry: string }
  | { readonly page: 'reviews' }
  | { readonly page: 'review'; readonly round: string }
  | { readonly page: 'results'; readonly round: string }
  | { readonly page: 'unknown' };

/** What addresses begin with for whoever came by a link (/t/TOKEN/...); empty otherwise. */
export function linkBase(pathname: string): string {
  return /^\/t\/[^/]+/.exec(pathname)?.[0] ?? '';
}

/** The address of a page or of an API's resource, for whoever is on `pathname`. */
export function addressOf(path: string, pathname: string): string {
  return `${linkBase(pathname)}${path}`;
}

export function parseRoute(pathname: string): Route {
  let parts: string[];
  try {
    const below = pathname.slice(linkBase(pathname).length);
    parts = below.split('/').filter((part) => part !== '').map(decodeURIComponent);
  } catch {
    return { page: 'unknown' }; // a stray % in the address
  }
  const [page, name, more] = parts;
  if (page === undefined) return { page: 'channels' };
  if (page === 'review') {
    if (name === undefined) return { page: 'reviews' };
    if (more === undefined) return { page: 'review', round: name };
    return parts.length === 3 && more === 'results'
      ? { page: 'results', round: name }
      : { page: 'unknown' };
  }
  if (page !== 'watch' || name === undefined) return { page: 'unknown' };
  if (parts.length === 2) return { page: 'watch', channel: name };
  if (parts.length === 3 && name === 'entries' && more) return { page: 'entry', entry: more };
  return { page: 'unknown' };
}
