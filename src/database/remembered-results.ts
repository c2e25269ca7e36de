import type { FoundRows } from './found-rows.ts';

/** What a statement is asked. */
export interface Asked {
  /** The parameters joined, which others may be too. */
  readonly name: string;
  readonly parameters: readonly unknown[];
  readonly size: number;
}

interface Result {
  readonly parameters: readonly unknown[];
  readonly stamp: number;
  readonly found: FoundRows;
}

/** What a statement has found, by the names of what it was asked. */
export type ResultsOfOne = Map<string, Result>;

const mostResults = 2_000;
/** Characters and bytes of one result, and of what was asked. */
const largest = 2_048;
const bytesOfNumber = 8;

/** @returns `undefined` where that is so long that no result of it is kept */
export function asked(parameters: readonly unknown[]): Asked | undefined {
  const size = sizeOf(parameters);
  return size > largest ? undefined : { name: parameters.join('\n'), parameters, size };
}

/**
 * What statements have found, for as long as nothing that they have read has changed. Long results are not kept, and
 * all are forgotten where they become too many.
 */
export class RememberedResults {
  readonly #ofAll = new Set<ResultsOfOne>();
  #count = 0;

  /** @param stamp as it is now */
  get(results: ResultsOfOne, { name, parameters }: Asked, stamp: number): FoundRows | undefined {
    const known = results.get(name);
    return known?.stamp === stamp && isSame(known.parameters, parameters) ? known.found : undefined;
  }

  /** @param stamp as it was before the statement ran */
  add(results: ResultsOfOne, { name, parameters, size }: Asked, stamp: number, found: FoundRows): void {
    if (results.delete(name)) this.#count -= 1;
    if (!isSmall(found, largest - size)) return;
    if (this.#count >= mostResults) this.forget();
    found.share();
    results.set(name, { parameters: [...parameters], stamp, found });
    this.#count += 1;
    this.#ofAll.add(results);
  }

  forget(): void {
    for (const results of this.#ofAll) results.clear();
    this.#ofAll.clear();
    this.#count = 0;
  }
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function isSmall({ cells }: FoundRows, most: number): boolean {
  let size = 0;
  for (const row of cells) {
    size += sizeOf(row);
    if (size > most) return false;
  }
  return true;
}

function sizeOf(values: readonly unknown[]): number {
  let size = 0;
  for (const value of values)
    size += typeof value === 'string' || value instanceof Uint8Array ? value.length : bytesOfNumber;
  return size;
}
