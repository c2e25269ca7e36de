import { createHash } from 'node:crypto';

/** As tokens are kept: the database never holds one that could be shown. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Tells the two kinds of token apart without a look-up; only the hash decides. */
export const jobTokenPrefix = 'kicijob_';
