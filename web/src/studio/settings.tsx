// Settings: channels, preparations, and how the server is.

import { useStrings } from '../locale';
import { ChannelsSettings } from './settings_channels';
import { Health } from './settings_health';
import { Jobs } from './settings_jobs';
import { StudioLink } from './link';
import { useNavigation } from './navigation';
import { studioAddress } from './route';
import { settingsStrings } from './settings_strings';
import { studioStrings } from './strings';

const kParts = ['channels', 'jobs', 'health'] as const;

export function Settings() {
  const { strings } = useStrings(settingsStrings);
  const { strings: studio } = useStrings(studioStrings);
  const { route } = useNavigation();
  const part = kParts.find((each) => each === route.subject) ?? 'channels';
  return (
    <>
      <div class="head">
        <h1>{studio.settings}</h1>
        <nav class="parts" aria-label={studio.settings}>
          {kParts.map((each) => (
            <StudioLink
              key={each}
              to={studioAddress('settings', each === 'channels' ? '' : each)}
              current={each === part}
            >
              {strings[each]}
            </StudioLink>
          ))}
        </nav>
      </div>
      {part === 'channels' && <ChannelsSettings />}
      {part === 'jobs' && <Jobs />}
      {part === 'health' && <Health />}
    </>
  );
}
