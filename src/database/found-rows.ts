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

  /** To be called before they are given to several: what holds bytes is copied then, all else cannot be changed. */
  share(): void {
    for (const row of this.#cells) Object.freeze(row);
    this.#isCopied = this.#cells.some((row) => row.some((cell) => cell instanceof Uint8Array));
  }

  get cells(): readonly Cells[] {
    return this.#isCopied ? this.#cells.map((row) => row.map(copied)) : this.#cells;
  }

  /** Always the same objects, unless they hold bytes. */
  get rows(): readonly NamedRow[] {
    if (this.#isCopied) return this.#cells.map((cells) => named(this.#names, cells));
    return (this.#rows ??= Object.freeze(this.#cells.map((cells) => Object.freeze(named(this.#names, cells)))));
  }
}

/** Bytes can be changed by whoever has them. */
function copied(cell: Cell): Cell {
  return cell instanceof Uint8Array ? cell.slice() : cell;
}

function named(names: readonly string[], cells: Cells): NamedRow {
  const row: Record<string, Cell> = {};
  let index = 0;
  for (const name of names) {
    row[name] = copied(cells[index] ?? null);
    index += 1;
  }
  return row;
}
