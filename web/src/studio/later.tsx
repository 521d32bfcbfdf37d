// Parts of the studio that come when they are opened: who looks after one channel does not wait for the rest.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useStrings } from '../locale';
import { Button } from '../ui/button';
import { Notice, Waiting } from '../ui/notices';
import { roomsStrings } from './rooms_strings';

/** A component whose code is loaded when it is first shown. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [part, setPart] = useState<{ readonly shown: ComponentType<Props> | null }>({ shown: loaded });
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (part.shown) return;
      load().then(
        (component) => {
          loaded = component;
          setPart({ shown: component });
        },
        () => setFailed(true), // the network is away, or the server has another version by now
      );
    }, []);
    const Shown = part.shown;
    if (Shown) return <Shown {...props} />;
    return failed ? <NotLoaded /> : <Waiting />;
  };
}

function NotLoaded() {
  const { strings } = useStrings(roomsStrings);
  return (
    <Notice
      title={strings.notLoaded}
      actions={
        <Button kind="primary" onClick={() => location.reload()}>
          {strings.loadAgain}
        </Button>
      }
    >
      <p>{strings.notLoadedHint}</p>
    </Notice>
  );
}
