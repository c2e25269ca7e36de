import { createHash } from 'node:crypto';

/** Tells two states of something apart that has no versions of its own: 16 hex digits that change with any of it. */
export function contentVersionOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
