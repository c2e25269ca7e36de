import type { Cell, Cells } from './cells.ts';

export type NamedRow = Readonly<Record<string, Cell>>;

/** What a statement has found. Whoever wants names pays for them, once: they cost more than the search. */
export class FoundRows {
  readonly cells: readonly Cells[];
  readonly #names: readonly string[];
  #rows: readonly NamedRow[] | undefined;

  constructor(cells: readonly Cells[], names: readonly string[]) {
    this.cells = cells;
    this.#names = names;
  }

  /** Always the same objects, since they may be given to several. */
  get rows(): readonly NamedRow[] {
    return (this.#rows ??= Object.freeze(this.cells.map((cells) => named(this.#names, cells))));
  }
}

function named(names: readonly string[], cells: Cells): NamedRow {
  const row: Record<string, Cell> = {};
  for (const [index, name] of names.entries()) row[name] = cells[index] ?? null;
  return Object.freeze(row);
}
