import { ApiError } from '../../api/api-error.ts';

/** Limits failed sign-ins per minute. */
export interface Attempts {
  /**
   * Counts as failed until it is said to have succeeded, so that many at once are as many as one after the other.
   * @returns says so
   * @throws ApiError `too_many_requests`
   */
  begin(names: readonly string[]): () => void;
}

const windowMs = 60_000;
/** How many names are remembered; the oldest go first. */
const maxNames = 10_000;

/** @param limits by kind of name, which is the part before its colon */
export function createAttempts(limits: Readonly<Record<string, number>>, now: () => number): Attempts {
  const failures = new Map<string, { readonly since: number; count: number }>();

  function current(name: string): { readonly since: number; count: number } | undefined {
    const found = failures.get(name);
    if (found !== undefined && found.since + windowMs > now()) return found;
    failures.delete(name);
    return undefined;
  }

  function count(name: string): void {
    const found = current(name);
    if (found !== undefined) {
      found.count += 1;
      return;
    }
    const [oldest] = failures.keys();
    if (failures.size >= maxNames && oldest !== undefined) failures.delete(oldest);
    failures.set(name, { since: now(), count: 1 });
  }

  return {
    begin(names) {
      const spent = names.some((name) => (current(name)?.count ?? 0) >= (limits[name.split(':')[0] ?? ''] ?? 0));
      if (spent) throw new ApiError('too_many_requests', 'signing in has failed too often within a minute');
      names.forEach(count);
      return () => {
        for (const name of names) {
          const found = current(name);
          if (found !== undefined) found.count -= 1;
        }
      };
    },
  };
}
