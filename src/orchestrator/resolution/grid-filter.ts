import { placeOfCell, stateOfCell, type GridCell } from '../../api/grid-cells.ts';
import type { OperationInput } from '../handlers.ts';

export type GridFilter = Pick<OperationInput<'resolution.grid'>, 'key' | 'text' | 'state' | 'backend'>;

/** Whether more than a key's name decides. */
export function isFiltered({ text, state, backend }: GridFilter): boolean {
  return text !== undefined || state !== undefined || backend !== undefined;
}

/**
 * Which of the keys pass that have these cells: the key or one of its places has the text, and one cell is of the state
 * and backend.
 */
export function passing(cells: readonly GridCell[], { text, state, backend }: GridFilter): (key: string) => boolean {
  const wanted = text?.toLowerCase() ?? '';
  const has = (name: string): boolean => name.toLowerCase().includes(wanted);
  const isOfCells = cells.some(
    (cell) =>
      (state === undefined || stateOfCell(cell) === state) && (backend === undefined || cell.backend === backend),
  );
  if (!isOfCells) return () => false;
  return cells.some((cell) => has(placeOfCell(cell))) ? () => true : has;
}
