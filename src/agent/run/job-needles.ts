import { hash } from 'node:crypto';
import { maxMaskedBytes, maxMaskedValues } from '../channel/to-agent.ts';

/** In all the files of a job: four of the largest values. */
export const maxJoinedBytes = 262_144;

/**
 * What the steps of one job give the masker beside the secrets themselves. Each is something more to look for, in a dozen
 * encodings, and how many there are is up to the steps: without a bound they could take all the memory of the agent that
 * is to clean up after them.
 */
export class JobNeedles {
  /** Files that join several secrets. */
  readonly joined = new Allowance(maxJoinedBytes, maxMaskedValues);
  /** Values of the author's own. */
  readonly own = new Allowance(maxMaskedBytes, maxMaskedValues);
}

class Allowance {
  readonly #maxBytes: number;
  readonly #maxCount: number;
  readonly #known = new Set<string>();
  #bytes = 0;

  constructor(maxBytes: number, maxCount: number) {
    this.#maxBytes = maxBytes;
    this.#maxCount = maxCount;
  }

  /** False when the masker cannot take it too. The same once more costs nothing. */
  admit(contents: Uint8Array): boolean {
    const id = hash('sha256', contents);
    if (this.#known.has(id)) return true;
    if (this.#bytes + contents.byteLength > this.#maxBytes || this.#known.size === this.#maxCount) return false;
    this.#known.add(id);
    this.#bytes += contents.byteLength;
    return true;
  }
}
