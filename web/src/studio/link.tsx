// A link to another view of the studio.

import type { ComponentChildren } from 'preact';
import { useNavigation } from './navigation';

export interface StudioLinkProps {
  readonly to: string;
  readonly class?: string;
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

export function StudioLink({ to, current, children, ...rest }: StudioLinkProps) {
  const { go } = useNavigation();
  return (
    <a
      href={to}
      class={rest.class}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
