import type { CompiledQuery, Kysely } from 'kysely';
import { cellsNow, cellsOf } from '../../database/cells-of.ts';
import type { Cell, Cells } from '../../database/cells.ts';
import { whenKnown, type Soon } from '../soon.ts';

type Row = Readonly<Record<string, Cell>> & { readonly generation: number | null };

/** What was made of a row, and the generation that was read with it. */
export interface Checked<Made> {
  readonly made: Made;
  readonly generation: number | null;
}

const mostRows = 10_000;

/**
 * Looks up rows whose seals are checked; at once, where the database answers so, and the row was checked before. A
 * row that is, cell by cell, one that was checked before has the same good seal.
 * @param query finds one row; its last column is the organization's generation, which no seal covers
 * @param check throws unless the seal is good; what it returns depends on nothing but the row without its generation
 */
export function createCheckedRows<Tables, R extends Row, Made>(
  database: Kysely<Tables>,
  query: CompiledQuery<R>,
  check: (row: R) => Promise<Made>,
): (parameters: readonly string[]) => Soon<Checked<Made> | undefined> {
  const checked = new Map<string, { readonly cells: Cells; readonly made: Made }>();

  async function checkNow(name: string, compiled: CompiledQuery<R>): Promise<Checked<Made> | undefined> {
    checked.delete(name);
    const [row] = (await database.executeQuery(compiled)).rows;
    if (row === undefined) return undefined;
    const made = await check(row);
    if (checked.size >= mostRows) checked.clear();
    checked.set(name, { cells: Object.values<Cell>(row), made });
    return { made, generation: row.generation };
  }

  const { query: node, queryId, sql } = query;
  return (parameters) => {
    const compiled = { query: node, queryId, sql, parameters };
    const name = parameters.join('\n');
    const known = checked.get(name);
    if (known === undefined) return checkNow(name, compiled);
    return whenKnown(cellsNow(database, compiled) ?? cellsOf(database, compiled), ([cells]) => {
      const generation = cells?.at(-1);
      if (cells === undefined || !isSame(cells, known.cells) || !isGeneration(generation))
        return checkNow(name, compiled);
      return { made: known.made, generation };
    });
  };
}

function isGeneration(cell: Cell | undefined): cell is number | null {
  return cell === null || typeof cell === 'number';
}

/** But for the generation. */
function isSame(left: Cells, right: Cells): boolean {
  for (let index = 0; index < right.length - 1; index += 1) if (left[index] !== right[index]) return false;
  return left.length === right.length;
}
