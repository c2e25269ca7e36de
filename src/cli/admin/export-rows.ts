import { open } from 'node:fs/promises';
import { auditPages, type AuditFilters } from '../../api/audit-pages.ts';
import { CommandError } from '../terminal/command-error.ts';
import { writeTo, type Io } from '../terminal/io.ts';
import type { ApiSession, OutputOf } from './session.ts';

type Row = OutputOf<'audit.list'>['rows'][number];

const rowsOf = (session: ApiSession, filters: AuditFilters): ReturnType<typeof auditPages> =>
  auditPages((input) => session.call('audit.list', input), filters);

/** One row of JSON. Names come from others: nothing in it may act on a terminal, or end the line. */
function lineOf(row: Row): string {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(row).replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escape)}\n`;
}

/** @returns how many rows were written */
export async function exportToStream(session: ApiSession, filters: AuditFilters, { stdout }: Io): Promise<number> {
  let count = 0;
  for await (const rows of rowsOf(session, filters)) {
    let behind: Promise<void> | undefined;
    writeTo(stdout, rows.map(lineOf).join(''), {
      behind: (room) => {
        behind = room;
      },
    });
    await behind;
    if (stdout.destroyed) return count;
    count += rows.length;
  }
  return count;
}

/**
 * Into a new file, on the disk when it resolves.
 * @returns how many rows were written, and the number of the last one, or 0
 * @throws CommandError `cannot_write`
 */
export async function exportToFile(
  session: ApiSession,
  filters: AuditFilters,
  path: string,
): Promise<{ readonly rows: number; readonly last: number }> {
  let [count, last] = [0, 0];
  try {
    await using file = await open(path, 'wx', 0o600);
    for await (const rows of rowsOf(session, filters)) {
      await file.appendFile(rows.map(lineOf).join(''));
      count += rows.length;
      last = rows.at(-1)?.sequence ?? last;
    }
    await file.sync();
    return { rows: count, last };
  } catch (error) {
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new CommandError(
      'cannot_write',
      `cannot write ${JSON.stringify(path)} (${code})`,
      code === 'EEXIST' ? 'name a file that does not exist yet' : 'check the path, its permissions and the space',
    );
  }
}
