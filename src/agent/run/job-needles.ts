import { hash } from 'node:crypto';
import { bounds } from '../channel/bounds.ts';

/**
 * What the steps of one job give the masker beside the secrets themselves. Each is searched for in a dozen encodings,
 * and steps decide how many there are: without a limit they could exhaust the memory of the agent that is to clean up
 * after them.
 */
export class JobNeedles {
  /** Files that join several secrets. */
  readonly joined = new Allowance(bounds.joinedBytes);
  /** The author's own values. */
  readonly own = new Allowance(bounds.maskedBytes);
}

class Allowance {
  readonly #maxBytes: number;
  readonly #known = new Set<string>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False if the masker cannot take it as well. Repeated contents cost nothing. */
  admit(contents: Uint8Array): boolean {
    const id = hash('sha256', contents);
    if (this.#known.has(id)) return true;
    if (this.#bytes + contents.byteLength > this.#maxBytes || this.#known.size === bounds.needles) return false;
    this.#known.add(id);
    this.#bytes += contents.byteLength;
    return true;
  }
}
