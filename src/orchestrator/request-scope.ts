import { AsyncLocalStorage } from 'node:async_hooks';
import type { Holder } from '../database/postgres/places.ts';

/** One request, for as long as it is being answered. */
export interface RequestScope {
  readonly id: string;
  /** Set once it is answered: what a timer does that it has started is no longer its work. */
  isOver: boolean;
  /** The organization that it names. */
  readonly organization: string;
  /** Whether its connection has shown a valid token for it: made-up names take no turns from those who have. */
  isKnown: boolean;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs work on behalf of a request, so that what it logs and calls can name the request. */
export function inRequest<T>(scope: RequestScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** Runs work that is done for several requests at once. */
export function outsideRequests<T>(work: () => T): T {
  return scopes.exit(work);
}

/** Id of the request that the present work is done for. */
export function requestId(): string | undefined {
  const scope = scopes.getStore();
  return scope === undefined || scope.isOver ? undefined : scope.id;
}

/** For whom the database works at present; `undefined`: for the server itself. */
export function requestHolder(): Holder | undefined {
  const scope = scopes.getStore();
  return scope && { group: scope.isKnown ? 'known' : 'unknown', name: scope.organization };
}

/** The present request has shown a valid token. */
export function noteKnown(): void {
  const scope = scopes.getStore();
  if (scope !== undefined) scope.isKnown = true;
}
