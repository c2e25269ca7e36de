import { hash } from 'node:crypto';

/** The form in which tokens are stored: the database never holds a usable one. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Distinguishes the two kinds of token without a look-up; only the hash decides. */
export const jobTokenPrefix = 'kicijob_';
