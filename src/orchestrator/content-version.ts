import { createHash } from 'node:crypto';

/** A version for things that have none of their own: 16 hex digits that change with any part of the content. */
export function contentVersionOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
