import { setFlagsFromString } from 'node:v8';

/** In percent of what lives. */
const mostGarbage = 50;

/**
 * By itself V8 lets garbage grow to four times of what lives before it clears the old part of the heap, so that jobs
 * that start at once would take half a gigabyte for a moment, and gives new objects up to 64 MiB. Clearing earlier
 * costs less than can be measured. To be called early: the part for new objects stays as large as it is then.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${mostGarbage}`);
  // Its largest size is fixed when V8 starts, but it asks for this factor each time that it grows.
  setFlagsFromString('--semi-space-growth-factor=1');
}
