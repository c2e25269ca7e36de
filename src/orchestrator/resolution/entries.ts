import { unavailability, type Entry } from '@kici-dev/secret-federation';
import type { OperationOutput } from '../handlers.ts';
import { allowsScope, type Narrowing } from '../narrowing.ts';

type EntryView = OperationOutput<'jobs.open'>['catalogue'][number];

/** An entry as clients see it. One whose winner lies outside the token's scopes cannot be had with that token. */
export function entryView(entry: Entry, narrowing: Narrowing): EntryView {
  const { key, winner, status } = entry;
  if (!allowsScope(narrowing, winner.backend, winner.scope))
    return { key, backend: winner.backend, scope: winner.scope, status: 'unavailable', code: 'permission_denied' };
  const cause = unavailability(entry);
  if (cause !== undefined) {
    const { backend, scope } = allowsScope(narrowing, cause.backend, cause.scope) ? cause : winner;
    return { key, backend, scope, status: 'unavailable', code: cause.code };
  }
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
