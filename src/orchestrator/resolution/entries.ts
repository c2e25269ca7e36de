import type { Failure } from '@kici-dev/secret-backend';
import { unavailability, type Entry } from '@kici-dev/secret-federation';
import type { OperationOutput } from '../handlers.ts';
import { allowsScope, type Narrowing } from '../narrowing.ts';

/** What a token that is narrowed to other scopes cannot have, and why. */
export const outside = Object.freeze({ code: 'permission_denied', reason: 'token_narrowed' }) satisfies Failure;

type EntryView = OperationOutput<'jobs.open'>['catalogue'][number];

/** An entry as clients see it. One whose winner lies outside the token's scopes cannot be had with that token. */
export function entryView(entry: Entry, narrowing: Narrowing): EntryView {
  const { key, winner, status } = entry;
  if (!allowsScope(narrowing, winner.backend, winner.scope))
    return { key, backend: winner.backend, scope: winner.scope, status: 'unavailable', ...outside };
  const cause = unavailability(entry);
  if (cause !== undefined) return { key, status: 'unavailable', ...cause };
  return {
    key,
    backend: winner.backend,
    scope: winner.scope,
    status,
    ...(winner.version === undefined ? {} : { version: winner.version }),
  };
}

export function sortedEntries(entries: Iterable<Entry>): Entry[] {
  return [...entries].toSorted((left, right) => (left.key < right.key ? -1 : 1));
}
