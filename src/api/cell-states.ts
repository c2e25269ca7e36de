/** How people see a cell of the grid. */
export const cellStates = ['set', 'overridden', 'unset', 'missing', 'unavailable'] as const;
export type CellState = (typeof cellStates)[number];
