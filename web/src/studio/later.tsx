// Parts of the studio that are fetched when they are looked at: most of the time one needs a few of them. Their
// style sheets belong to page.tsx, since a part that comes later brings no style.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { Button } from '../ui/button';
import { Notice, Waiting } from '../ui/notices';
import { studioStrings } from './strings';

export function later(load: () => Promise<ComponentType>): ComponentType {
  let kept: ComponentType | null = null;
  return function Later() {
    const { strings } = useStrings(studioStrings);
    const [state, setState] = useState<'waiting' | 'here' | 'failed'>(kept ? 'here' : 'waiting');
    useEffect(() => {
      if (kept) return;
      load().then(
        (part) => {
          kept = part;
          setState('here');
        },
        // The server is away, or has newer pages than this one.
        () => setState('failed'),
      );
    }, []);
    if (state === 'here' && kept) {
      const Part = kept;
      return <Part />;
    }
    if (state === 'waiting') return <Waiting />;
    return (
      <Notice
        title={strings.notLoaded}
        actions={
          <Button kind="primary" onClick={() => location.reload()}>
            {strings.reloadPage}
          </Button>
        }
      />
    );
  };
}
