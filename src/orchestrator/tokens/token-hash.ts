import { createHash } from 'node:crypto';

/** The form in which tokens are stored: the database never holds a usable one. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Distinguishes the two kinds of token without a look-up; only the hash decides. */
export const jobTokenPrefix = 'kicijob_';
