// Going from one view of the studio to another without loading the page anew.

import { createContext } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import type { StudioRoute } from './route';

export interface Navigation {
  readonly route: StudioRoute;
  go(address: string): void;
}

export const NavigationContext = createContext<Navigation>({
  route: { section: 'on-air', subject: '' },
  go() {},
});

export const useNavigation = (): Navigation => useContext(NavigationContext);

/**
 * Puts the focus on the heading of a place that has been gone to, as a browser does with a new page: else
 * it is left on a link, and nobody hears that all has changed. The heading may come later than the place.
 */
export function useArrival(place: string): void {
  const last = useRef(place);
  useEffect(() => {
    if (last.current === place) return;
    last.current = place;
    const left = document.activeElement;
    const arrive = (): boolean => {
      // Who has gone on meanwhile, or into a dialog, is not called back.
      const { activeElement: at } = document;
      if ((at !== left && at !== document.body) || document.querySelector('dialog[open]')) return true;
      const heading = document.querySelector<HTMLElement>('main h1');
      if (!heading) return false;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return true;
    };
    if (arrive()) return;
    const observer = new MutationObserver(() => {
      if (arrive()) observer.disconnect();
    });
    observer.observe(document.body, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [place]);
}
