import type { FoundRows } from './found-rows.ts';

interface Result {
  readonly parameters: readonly unknown[];
  readonly stamp: number;
  readonly found: FoundRows;
}

/** What a statement has found, by its parameters joined. */
export type ResultsOfOne = Map<string, Result>;

const mostResults = 2_000;
/** Characters and bytes of one result. */
const largest = 2_048;
const bytesOfNumber = 8;

/**
 * What statements have found, for as long as nothing that they have read has changed. Long results are not kept, and
 * all are forgotten where they become too many.
 */
export class RememberedResults {
  readonly #ofAll = new Set<ResultsOfOne>();
  #count = 0;

  /** @param stamp as it is now */
  get(results: ResultsOfOne, parameters: readonly unknown[], stamp: number): FoundRows | undefined {
    const known = results.get(parameters.join('\n'));
    return known?.stamp === stamp && isSame(known.parameters, parameters) ? known.found : undefined;
  }

  /** @param stamp as it was before the statement ran */
  add(results: ResultsOfOne, parameters: readonly unknown[], stamp: number, found: FoundRows): void {
    const name = parameters.join('\n');
    if (results.delete(name)) this.#count -= 1;
    if (!isSmall(found)) return;
    if (this.#count >= mostResults) this.#forget();
    results.set(name, { parameters: [...parameters], stamp, found });
    this.#count += 1;
    this.#ofAll.add(results);
  }

  #forget(): void {
    for (const results of this.#ofAll) results.clear();
    this.#ofAll.clear();
    this.#count = 0;
  }
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function isSmall({ cells }: FoundRows): boolean {
  let size = 0;
  for (const row of cells)
    for (const cell of row) {
      size += typeof cell === 'string' || cell instanceof Uint8Array ? cell.length : bytesOfNumber;
      if (size > largest) return false;
    }
  return true;
}
