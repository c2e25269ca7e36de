import type { Cell, Cells } from './cells.ts';

export type NamedRow = Readonly<Record<string, Cell>>;

/** What a statement has found. Whoever wants names pays for them, once: they cost more than the search. */
export class FoundRows {
  readonly #cells: readonly Cells[];
  readonly #names: readonly string[];
  #rows: readonly NamedRow[] | undefined;
  #isCopied = false;

  constructor(cells: readonly Cells[], names: readonly string[]) {
    this.#cells = cells;
    this.#names = names;
  }

  /** To be called before they are given to several: nobody can change them for the others, and bytes are copied. */
  share(): void {
    for (const row of this.#cells) Object.freeze(row);
    this.#isCopied = this.#cells.some((row) => row.some((cell) => cell instanceof Uint8Array));
  }

  get cells(): readonly Cells[] {
    return this.#isCopied ? this.#cells.map(copied) : this.#cells;
  }

  /** Always the same objects, unless they hold bytes. */
  get rows(): readonly NamedRow[] {
    return this.#isCopied ? this.#named() : (this.#rows ??= this.#named());
  }

  #named(): readonly NamedRow[] {
    return Object.freeze(this.cells.map((cells) => named(this.#names, cells)));
  }
}

function copied(cells: Cells): Cells {
  return Object.freeze(cells.map((cell) => (cell instanceof Uint8Array ? cell.slice() : cell)));
}

function named(names: readonly string[], cells: Cells): NamedRow {
  const row: Record<string, Cell> = {};
  for (const [index, name] of names.entries()) row[name] = cells[index] ?? null;
  return Object.freeze(row);
}
