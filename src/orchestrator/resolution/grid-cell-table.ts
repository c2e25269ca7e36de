import { missingCell, type GridCell, type GridRow } from '../../api/grid-cells.ts';

interface NumberedRow {
  readonly key: string;
  readonly cells: readonly number[];
}

/** Cells by number, each that occurs once: most of a grid repeats a few. */
export class CellTable {
  readonly #cells: GridCell[] = [];
  readonly #numbers = new Map<string, number>();

  /** @returns its number */
  add(cell: GridCell): number {
    const text = JSON.stringify(cell);
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#cells.push(cell) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }

  read(numbers: readonly number[]): GridRow['cells'] {
    return numbers.map((number) => this.#cells[number] ?? missingCell);
  }

  /** The rows, and no other cells than theirs. */
  of(rows: readonly NumberedRow[]): { cells: GridCell[]; keys: { key: string; cells: number[] }[] } {
    const own = [...new Set(rows.flatMap(({ cells }) => cells))];
    const places = new Map(own.map((number, place) => [number, place]));
    return {
      cells: [...this.read(own)],
      keys: rows.map(({ key, cells }) => ({ key, cells: cells.map((number) => places.get(number) ?? 0) })),
    };
  }
}
