// Links, accounts and tokens, as the server keeps them.

import { request } from '../api';
import type { Session } from '../account';
import { allPages, at, reading, sending } from './api';

export interface ViewerLink {
  readonly id: string;
  readonly label: string;
  /** Ids; "*" for all. */
  readonly channels: readonly string[];
  readonly entries: readonly string[];
  readonly created_by: string;
  /** RFC 3339 instants; null for none. */
  readonly created: string | null;
  readonly not_before: string | null;
  readonly expires: string | null;
  /** At the same time; 0: any number. */
  readonly viewers: number;
  readonly revoked: string | null;
}

export interface LinkWithAddresses extends ViewerLink {
  /** Below the server's origin; none of a link that was signed with another key. */
  readonly paths: readonly string[];
}

export type NewLink = Pick<ViewerLink, 'label' | 'channels' | 'entries' | 'not_before' | 'expires' | 'viewers'>;

export const fetchLinks = (signal?: AbortSignal) =>
  allPages<ViewerLink>(at('links'), new URLSearchParams(), signal);

export const fetchLink = (id: string, signal?: AbortSignal) =>
  request<LinkWithAddresses>(at('links', id), reading(signal));

export const createLink = (link: NewLink) => request<LinkWithAddresses>(at('links'), sending('POST', link));

export const revokeLink = (id: string) => request<void>(at('links', id), sending('DELETE'));

export type Role = Session['role'];

/** From the one that may do the least. */
export const kRoles: readonly Role[] = ['screen', 'reviewer', 'producer', 'admin'];

export interface Person {
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** It has a password; without one it has tokens only. */
  readonly can_sign_in: boolean;
  readonly created: string;
  readonly updated: string;
}

export interface PersonChange {
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly password?: string;
}

export const fetchPeople = (signal?: AbortSignal) =>
  allPages<Person>(at('users'), new URLSearchParams(), signal);

export const addPerson = (name: string, role: Role, password: string) =>
  request<Person>(at('users'), sending('POST', { name, role, ...(password === '' ? {} : { password }) }));

export const changePerson = (name: string, change: PersonChange) =>
  request<Person>(at('users', name), sending('PATCH', change));

export const removePerson = (name: string) => request<void>(at('users', name), sending('DELETE'));

export interface Token {
  readonly id: string;
  readonly kind: 'session' | 'bearer';
  readonly account: string;
  readonly label: string;
  readonly created: string | null;
  readonly expires: string | null;
  readonly revoked: string | null;
  readonly last_used: string | null;
}

export const fetchTokens = (signal?: AbortSignal) =>
  allPages<Token>(at('tokens'), new URLSearchParams(), signal);

/** The secret is told this once. */
export const createToken = (account: string, label: string, expires: string | null) =>
  request<{ readonly id: string; readonly token: string }>(
    at('tokens'),
    sending('POST', { account, label, expires }),
  );

export const revokeToken = (id: string) => request<void>(at('tokens', id), sending('DELETE'));
