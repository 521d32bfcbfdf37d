// The studio: where producers work.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { fill } from '../text';
import { Notice, ToAllChannels } from '../ui/notices';
import { mount } from '../ui/shell';
import { CatalogueProvider } from './catalogue';
import { later } from './later';
import { StudioLink } from './link';
import { Live, LiveContext } from './live';
import { NavigationContext, useArrival, useNavigation, type Navigation } from './navigation';
import { OnAir } from './on_air';
import { kSections, maySee, parseStudioRoute, placeOf, studioAddress } from './route';
import { SignedIn, useAccount } from './session';
import { studioStrings } from './strings';
import { Uploads } from './uploads';
import './studio.css';
import './rooms.css';
import './schedule.css';
import './people.css';

// They go on whatever part of the studio is shown.
const uploads = new Uploads();

const EntriesPlace = later(async () => {
  const { Entries } = await import('./entries');
  return () => <Entries uploads={uploads} />;
});
const Playlists = later(async () => (await import('./playlists')).Playlists);
const Screens = later(async () => (await import('./screens')).Screens);
const Reviews = later(async () => (await import('./reviews')).Reviews);
const Log = later(async () => (await import('./log')).Log);
const Settings = later(async () => (await import('./settings')).Settings);
const SchedulePlace = later(async () => (await import('./schedule')).SchedulePlace);
const Links = later(async () => (await import('./links')).Links);
const People = later(async () => (await import('./people')).People);

function Studio() {
  const [route, setRoute] = useState(() => parseStudioRoute(location.pathname));
  useEffect(() => {
    const look = () => setRoute(parseStudioRoute(location.pathname));
    window.addEventListener('popstate', look);
    return () => window.removeEventListener('popstate', look);
  }, []);
  const navigation = useMemo<Navigation>(
    () => ({
      route,
      go(address) {
        if (address !== location.pathname) history.pushState(null, '', address);
        const next = parseStudioRoute(address);
        if (placeOf(next) !== placeOf(route)) window.scrollTo(0, 0);
        setRoute(next);
      },
    }),
    [route],
  );
  return (
    <NavigationContext.Provider value={navigation}>
      <SignedIn>
        <Connected />
      </SignedIn>
    </NavigationContext.Provider>
  );
}

function Connected() {
  const { strings } = useStrings(studioStrings);
  const [connected, setConnected] = useState(true);
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const opened = new Live(setConnected);
    opened.open();
    setLive(opened);
    return () => opened.close();
  }, []);
  if (!live) return null;
  return (
    <LiveContext.Provider value={live}>
      <CatalogueProvider>
        <Sections />
        <div role="status">{!connected && <p class="banner">{strings.notLive}</p>}</div>
        <View />
      </CatalogueProvider>
    </LiveContext.Provider>
  );
}

function Sections() {
  const { strings } = useStrings(studioStrings);
  const { route } = useNavigation();
  const { session, leave } = useAccount();
  return (
    <div class="studio-bar">
      <nav aria-label={strings.sections}>
        <ul>
          {kSections.filter((section) => maySee(section, session.role)).map((section) => (
            <li key={section}>
              <StudioLink to={studioAddress(section)} current={route.section === section}>
                {strings[section]}
              </StudioLink>
            </li>
          ))}
        </ul>
      </nav>
      <span class="soft who">
        {fill(strings.signedInAs, { name: session.name, role: strings[session.role] })}
      </span>
      <button type="button" class="button" onClick={leave}>
        {strings.signOut}
      </button>
    </div>
  );
}

function View() {
  const { strings: common } = useStrings(commonStrings);
  const { strings } = useStrings(studioStrings);
  const { route } = useNavigation();
  useArrival(placeOf(route));
  useEffect(() => {
    const part = route.section === 'unknown' ? strings.studio : strings[route.section];
    document.title = `${part} · ${strings.studio} · matinee`;
  }, [route.section, strings]);
  switch (route.section) {
    case 'on-air':
      return <OnAir />;
    case 'entries':
      return <EntriesPlace />;
    case 'playlists':
      return <Playlists />;
    case 'screens':
      return <Screens />;
    case 'reviews':
      return <Reviews />;
    case 'log':
      return <Log />;
    case 'settings':
      return <Settings />;
    case 'schedule':
      return <SchedulePlace />;
    case 'links':
      return <Links />;
    case 'people':
      return <People />;
    case 'unknown':
      return <Notice title={common.noSuchPage} actions={<ToAllChannels />} />;
  }
}

mount(<Studio />);
