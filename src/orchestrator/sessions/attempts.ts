import { ApiError } from '../../api/api-error.ts';

/** Limits failed sign-ins per minute. */
export interface Attempts {
  /** @throws ApiError `too_many_requests` */
  require(names: readonly string[]): void;
  failed(names: readonly string[]): void;
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

  return {
    require(names) {
      const spent = names.some((name) => (current(name)?.count ?? 0) >= (limits[name.split(':')[0] ?? ''] ?? 0));
      if (spent) throw new ApiError('too_many_requests', 'signing in has failed too often within a minute');
    },
    failed(names) {
      for (const name of names) {
        const found = current(name);
        if (found !== undefined) {
          found.count += 1;
          continue;
        }
        const [oldest] = failures.keys();
        if (failures.size >= maxNames && oldest !== undefined) failures.delete(oldest);
        failures.set(name, { since: now(), count: 1 });
      }
    },
  };
}
