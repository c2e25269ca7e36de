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

  /**
   * False if the masker cannot take it as well. Repeated contents cost nothing.
   * @param mine what may be repeated where there is no room left: by default everything. What a step has not given
   * itself would tell it that another step has.
   */
  admit(contents: Uint8Array, mine = this.#known): boolean {
    const id = hash('sha256', contents);
    if (mine.has(id)) return true;
    const isNew = !this.#known.has(id);
    if (this.#bytes + contents.byteLength > this.#maxBytes || this.#known.size === bounds.needles) return false;
    mine.add(id);
    if (!isNew) return true;
    this.#known.add(id);
    this.#bytes += contents.byteLength;
    return true;
  }
}
