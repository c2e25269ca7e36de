import { randomUUID } from 'node:crypto';

/**
 * Version ids for writes, which the service takes once each: the same write, tried again after an answer got
 * lost, has the same id and so the same effect as the first try.
 */
export interface WriteTokens {
  /** @param base what the written text was made from, where a write has to look at the secret first */
  tokenFor(change: object, base?: string): string;
  /** Whether a version came from this very write. */
  isOf(change: object, version: string): boolean;
}

/** Tries belong to one write when they pass the same object; nothing of it is kept once the caller lets it go. */
export function createWriteTokens(): WriteTokens {
  const tokens = new WeakMap<object, Map<string, string>>();
  return {
    tokenFor(change, base = '') {
      const own = tokens.get(change) ?? new Map<string, string>();
      tokens.set(change, own);
      const token = own.get(base) ?? randomUUID();
      own.set(base, token);
      return token;
    },
    isOf: (change, version) => [...(tokens.get(change)?.values() ?? [])].includes(version),
  };
}
