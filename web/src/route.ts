// Which page an address names. Pure.

export type Route =
  | { readonly page: 'channels' }
  | { readonly page: 'watch'; readonly channel: string }
  | { readonly page: 'unknown' };

/** What addresses begin with for whoever came by a link (/t/TOKEN/...); empty otherwise. */
export function linkBase(pathname: string): string {
  return /^\/t\/[^/]+/.exec(pathname)?.[0] ?? '';
}

export function parseRoute(pathname: string): Route {
  const below = pathname.slice(linkBase(pathname).length);
  const parts = below.split('/').filter((part) => part !== '');
  if (parts.length === 0) return { page: 'channels' };
  const [page, name] = parts;
  if (page === 'watch' && name !== undefined && parts.length === 2) {
    try {
      return { page: 'watch', channel: decodeURIComponent(name) };
    } catch {
      return { page: 'unknown' }; // a stray % in the address
    }
  }
  return { page: 'unknown' };
}
