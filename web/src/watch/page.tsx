// The page that plays a channel, or one film by itself.

import { parseRoute } from '../route';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { Notice, ToAllChannels } from '../ui/notices';
import { mount } from '../ui/shell';
import { WatchChannel } from './channel';
import { WatchEntry } from './entry';
import './watch.css';

function Watch() {
  const { strings } = useStrings(commonStrings);
  const route = parseRoute(location.pathname);
  if (route.page === 'watch') return <WatchChannel id={route.channel} />;
  if (route.page === 'entry') return <WatchEntry id={route.entry} />;
  return <Notice title={strings.noSuchPage} actions={<ToAllChannels />} />;
}

mount(<Watch />);
