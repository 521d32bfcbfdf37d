// Who is signed in.

import { ApiError, request, withBody } from './api';
import { recall, store } from './settings';

export interface Session {
  readonly name: string;
  readonly role: 'screen' | 'reviewer' | 'producer' | 'admin';
}

export const kLeastPassword = 10; // characters

// Whether somebody signed in here: viewers' pages ask who it is only then, as most viewers never do.
export const mayBeSignedIn = (): boolean => recall('signed-in') === 'yes';

function remember<T>(answer: Promise<T>, signedIn: 'yes' | 'no'): Promise<T> {
  return answer.then((value) => {
    store('signed-in', signedIn);
    return value;
  });
}

/** Who has signed in. An ApiError with status 401 for nobody. */
export async function fetchSession(signal?: AbortSignal): Promise<Session> {
  try {
    return await remember(request<Session>('/api/v1/session', signal ? { signal } : {}), 'yes');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) store('signed-in', 'no');
    throw error;
  }
}

/** An ApiError with status 401 for a wrong name or password, 429 after too many of them. */
export const signIn = (name: string, password: string): Promise<Session> =>
  remember(request<Session>('/api/v1/session', withBody('POST', { name, password })), 'yes');

/** The first account, by the secret that the server printed; 403 once it is used. */
export const makeFirstAccount = (secret: string, name: string, password: string): Promise<Session> =>
  remember(request<Session>('/api/v1/setup', withBody('POST', { secret, name, password })), 'yes');

export const signOut = (): Promise<void> =>
  remember(request<void>('/api/v1/session', { method: 'DELETE' }), 'no');

/** Ends all sessions of the account, this one too. An ApiError with status 403 where `present` is wrong. */
export const changePassword = (present: string, next: string): Promise<void> =>
  remember(request<void>('/api/v1/session/password', withBody('PUT', { current: present, new: next })), 'no');

/** Where an account's work is. */
export function homeOf({ role }: Session): string {
  if (role === 'producer' || role === 'admin') return '/studio';
  return role === 'reviewer' ? '/review' : '/';
}

/** The address to sign in at, and to come back from to where one is now. */
export const signInAddress = (from: string): string => `/sign-in?${new URLSearchParams({ to: from })}`;

/** The part of this server that `search` ("?to=/studio") sends one back to; `otherwise` when it names none. */
export function returnAddress(search: string, otherwise: string): string {
  const to = new URLSearchParams(search).get('to') ?? '';
  // What browsers take for another host: "//host", and "/\host".
  return /^\/(?![/\\])/.test(to) && !/[\t\n\r]/.test(to) ? to : otherwise;
}
