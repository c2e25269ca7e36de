import { randomUUID } from 'node:crypto';

/**
 * Version ids for writes, which the service accepts once each: a write repeated after a lost answer has the same id,
 * and so no further effect.
 */
export interface WriteTokens {
  /** @param base what the new text was made from, if the write had to read the secret first */
  tokenFor(change: object, base?: string): string;
  /** Whether this write made the version. */
  isOf(change: object, version: string): boolean;
}

/** Tries belong to one write if they pass the same object; nothing is kept once the caller drops it. */
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
