import { hash } from 'node:crypto';
import { bounds } from '../channel/bounds.ts';

/**
 * What the steps of one job give the masker beside the secrets themselves. Each is something more to look for, in a
 * dozen encodings, and how many there are is up to the steps: without a bound they could take all the memory of the
 * agent that is to clean up after them.
 */
export class JobNeedles {
  /** Files that join several secrets. */
  readonly joined = new Allowance(bounds.joinedBytes);
  /** Values of the author's own. */
  readonly own = new Allowance(bounds.maskedBytes);
}

class Allowance {
  readonly #maxBytes: number;
  readonly #known = new Set<string>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False when the masker cannot take it too. The same once more costs nothing. */
  admit(contents: Uint8Array): boolean {
    const id = hash('sha256', contents);
    if (this.#known.has(id)) return true;
    if (this.#bytes + contents.byteLength > this.#maxBytes || this.#known.size === bounds.needles) return false;
    this.#known.add(id);
    this.#bytes += contents.byteLength;
    return true;
  }
}
