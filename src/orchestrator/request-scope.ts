import { AsyncLocalStorage } from 'node:async_hooks';

/** One request, for as long as it is being answered. */
export interface RequestScope {
  readonly id: string;
  /** Set once it is answered: what a timer does that it has started is no longer its work. */
  isOver: boolean;
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
