import type { Patterns } from './patterns.ts';

/** Takes the first bytes of a pattern as they are written, more than any filter enters, and its length. */
export type Enter = (head: Uint8Array, length: number, which: number) => void;

const headBytes = 48;

/**
 * The beginnings of patterns from the first one up to, but not including, the last. Many differ only later, such as a
 * value with and without its padding: of those that follow one another only one is entered.
 */
export function eachHead({ lengthOf, write }: Patterns, first: number, last: number, enter: Enter): void {
  let [head, before] = [new Uint8Array(headBytes), new Uint8Array(headBytes)];
  let seenBefore = -1;
  for (let which = first; which < last; which += 1) {
    write(which, head);
    const length = lengthOf(which);
    const seen = Math.min(length, headBytes);
    if (seen === seenBefore && isAlike(head, before, seen)) continue;
    enter(head, length, which);
    [head, before, seenBefore] = [before, head, seen];
  }
}

function isAlike(one: Uint8Array, other: Uint8Array, count: number): boolean {
  for (let at = 0; at < count; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
