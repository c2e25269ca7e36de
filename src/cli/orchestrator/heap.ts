import { setFlagsFromString } from 'node:v8';

/** In percent of what lives. */
const mostGarbage = 50;

/**
 * By itself V8 lets garbage grow to four times of what lives before it clears the old part of the heap, so that jobs
 * that start at once would take half a gigabyte for a moment. Clearing earlier costs less than can be measured.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${mostGarbage}`);
}
