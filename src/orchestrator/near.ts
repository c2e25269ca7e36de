import { nearMatches } from '@kici-dev/secret-backend';

/** Each is a look at every name, and a request may name a thousand keys: the others get none. */
const mostExplained = 10;

/** The known names closest to each of the first few keys. */
export function nearOf(keys: readonly string[], known: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(keys.slice(0, mostExplained).map((key) => [key, nearMatches(key, known)]));
}
