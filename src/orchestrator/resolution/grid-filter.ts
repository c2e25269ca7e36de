import { placeOfCell, stateOfCell, type GridCell } from '../../api/grid-cells.ts';
import type { OperationInput } from '../handlers.ts';

export type GridFilter = Pick<OperationInput<'resolution.grid'>, 'key' | 'text' | 'state' | 'backend'>;

/** Whether more than a key's name decides. */
export function isFiltered({ text, state, backend }: GridFilter): boolean {
  return text !== undefined || state !== undefined || backend !== undefined;
}

/** A row passes when its key or one of its places has the text, and one cell is of the state and backend. */
export function passes(key: string, cells: readonly GridCell[], { text, state, backend }: GridFilter): boolean {
  const wanted = text?.toLowerCase() ?? '';
  return (
    (key.toLowerCase().includes(wanted) || cells.some((cell) => placeOfCell(cell).toLowerCase().includes(wanted))) &&
    cells.some(
      (cell) =>
        (state === undefined || stateOfCell(cell) === state) && (backend === undefined || cell.backend === backend),
    )
  );
}
