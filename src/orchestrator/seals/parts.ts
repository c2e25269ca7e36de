type Cell = string | number | Uint8Array | null;
export type SealableRow = Readonly<Record<string, Cell>>;

/** What a seal covers of a table. */
export interface SealedTable {
  readonly name: string;
  /** Every column that grants or decides something. */
  readonly columns: readonly string[];
  /**
   * Columns added after the table was first sealed, with their value in older rows. A column that holds this value is
   * left out of the seal, so that older seals stay valid.
   */
  readonly later?: SealableRow;
}

/** What a seal covers of a row. Changing a type, a name or the border between two rows changes the list of parts. */
export function rowParts({ name, columns, later = {} }: SealedTable, row: SealableRow): readonly string[] {
  const added = Object.keys(later).filter((column) => cellText(row[column]) !== cellText(later[column]));
  return ['row', name, ...[...columns, ...added].flatMap((column) => [column, cellText(row[column])])];
}

/** Rows of one owner, in an order that does not depend on the database. */
export function setParts(table: SealedTable, key: string, rows: readonly SealableRow[]): readonly string[] {
  const sorted = rows.toSorted((left, right) => (cellText(left[key]) < cellText(right[key]) ? -1 : 1));
  return ['set', table.name, String(rows.length), ...sorted.flatMap((row) => rowParts(table, row))];
}

function cellText(cell: Cell | undefined): string {
  if (cell === undefined) throw new TypeError('a sealed row is read with all of its columns');
  if (cell === null) return 'null';
  if (typeof cell === 'string') return `text ${cell}`;
  return typeof cell === 'number' ? `number ${cell}` : `bytes ${Buffer.from(cell).toString('hex')}`;
}
