// The review room: a juror's films, and the producer's view of what came of them.

import { parseRoute } from '../route';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { Notice, ToAllChannels } from '../ui/notices';
import { mount } from '../ui/shell';
import { MyReviews } from './my_reviews';
import { Results } from './results';
import { JurorRoom } from './juror_room';
import '../watch/watch.css';
import './review.css';

function Review() {
  const { strings } = useStrings(commonStrings);
  const route = parseRoute(location.pathname);
  if (route.page === 'reviews') return <MyReviews />;
  if (route.page === 'review') return <JurorRoom round={route.round} />;
  if (route.page === 'results') return <Results round={route.round} />;
  return <Notice title={strings.noSuchPage} actions={<ToAllChannels />} />;
}

mount(<Review />);
