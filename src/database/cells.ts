export type Cell = string | number | Uint8Array | null;
/** One row, in the order of the statement's columns. */
export type Cells = readonly Cell[];
