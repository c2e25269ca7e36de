import { createHash } from 'node:crypto';

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Tells the two kinds of token apart without a look-up; only the hash decides. */
export const jobTokenPrefix = 'kicijob_';
