// Going from one view of the studio to another without loading the page anew.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
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
