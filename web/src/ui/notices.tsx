// What a page shows instead of its content.

import type { ComponentChildren } from 'preact';
import { mayBeSignedIn, signInAddress } from '../account';
import { accountStrings } from '../account_strings';
import type { ApiError } from '../api';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { addressOf, linkBase } from '../route';
import { fillWith, ServerText } from './server_text';

export function Waiting() {
  const { strings } = useStrings(commonStrings);
  return (
    <p class="waiting" role="status">
      <span class="spinner" aria-hidden="true" />
      {strings.loading}
    </p>
  );
}

export interface NoticeProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** Links and buttons. */
  readonly actions?: ComponentChildren;
}

export function Notice({ title, children, actions }: NoticeProps) {
  return (
    <section class="notice" role="alert">
      <h1>{title}</h1>
      {children}
      {actions && <div class="actions">{actions}</div>}
    </section>
  );
}

export function ToAllChannels() {
  const { strings } = useStrings(commonStrings);
  return (
    <a class="button" href={addressOf('/', location.pathname)}>
      {strings.allChannels}
    </a>
  );
}

/** To sign in, with another account where one is signed in, and to come back here. */
export function SignInLink() {
  const { strings } = useStrings(accountStrings);
  return (
    <a class="button primary" href={signInAddress(location.pathname)}>
      {mayBeSignedIn() ? strings.otherAccount : strings.signIn}
    </a>
  );
}

/** Who asks is not let in: by the link in the address, or by account. */
export function Refused({ error }: { readonly error: ApiError }) {
  const { strings } = useStrings(commonStrings);
  const byLink = linkBase(location.pathname) !== '';
  const [title, hint] = byLink
    ? [strings.blockedLink, strings.blockedLinkHint]
    : error.status === 401
      ? [strings.signInFirst, strings.signInHint]
      : [strings.forbidden, strings.forbiddenHint];
  return (
    <Notice title={title} actions={byLink ? undefined : <><SignInLink /><ToAllChannels /></>}>
      <p>{hint}</p>
      <p class="soft">{fillWith(strings.serverSays, { reason: <ServerText>{error.message}</ServerText> })}</p>
    </Notice>
  );
}

/** While the server does not answer. What is on the page stays. */
export function ServerSilent() {
  const { strings } = useStrings(commonStrings);
  return (
    <p class="banner" role="status">
      <span class="spinner" aria-hidden="true" />
      {strings.serverSilent}
    </p>
  );
}
