import type * as z from 'zod';
import type { CellState } from './cell-states.ts';
import type { gridCell } from './operations/grid.ts';

export type GridCell = z.output<typeof gridCell>;

export function stateOfCell({ status, overrides }: Pick<GridCell, 'status' | 'overrides'>): CellState {
  switch (status) {
    case 'available':
      return overrides > 0 ? 'overridden' : 'set';
    case 'declared':
      return 'unset';
    case 'unavailable':
      return 'unavailable';
    case 'not_found':
      return 'missing';
  }
}

/** Where its value is, as `backend:path`; empty where nobody supplies it. */
export function placeOfCell({ backend, scope }: Pick<GridCell, 'backend' | 'scope'>): string {
  return scope === undefined ? (backend ?? '') : `${backend ?? ''}:${scope}`;
}

export const missingCell: GridCell = Object.freeze({ status: 'not_found', overrides: 0 });

/** As an answer has it: rows refer to cells by their places. */
interface NumberedGrid {
  readonly environments: readonly { readonly name: string }[];
  readonly cells: readonly GridCell[];
  readonly keys: readonly { readonly key: string; readonly cells: readonly number[] }[];
}

export interface GridRow {
  readonly key: string;
  readonly cells: readonly GridCell[];
}

/**
 * The rows of an answer with their cells for these environments, which another page of it may have named: between two
 * an environment may come or go.
 */
export function gridRows({ environments, cells, keys }: NumberedGrid, names: readonly string[]): readonly GridRow[] {
  const columns = names.map((name) => environments.findIndex((one) => one.name === name));
  return keys.map((row) => ({
    key: row.key,
    cells: columns.map((column) => cells[row.cells[column] ?? -1] ?? missingCell),
  }));
}
