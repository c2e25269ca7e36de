import { hash } from 'node:crypto';
import { bounds } from '../channel/bounds.ts';

/**
 * The joined files of one job. Each is something more for the masker to look for, in a dozen encodings, and how many there
 * are is up to the steps: without a bound they could take all the memory of the agent that is to clean up after them.
 */
export class JoinedFiles {
  readonly #known = new Set<string>();
  #bytes = 0;

  /** False when the masker cannot take it too. The same once more costs nothing. */
  admit(contents: Uint8Array): boolean {
    const id = hash('sha256', contents);
    if (this.#known.has(id)) return true;
    if (this.#bytes + contents.byteLength > bounds.joinedBytes) return false;
    this.#known.add(id);
    this.#bytes += contents.byteLength;
    return true;
  }
}
