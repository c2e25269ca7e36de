import { createHash } from 'node:crypto';

/** As tokens are kept: the database never holds one that could be shown. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Distinguishes the two kinds of token without a look-up; only the hash decides. */
export const jobTokenPrefix = 'kicijob_';
