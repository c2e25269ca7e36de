import { printable } from '../terminal/io.ts';
import { table } from '../terminal/table.ts';

interface Why {
  readonly reason?: string | undefined;
  readonly about?: string | undefined;
}

/** A reason with its details; empty if unknown. */
export function named({ reason, about }: Why): string {
  return reason === undefined ? '' : `${reason}${about === undefined ? '' : ` (${about})`}`;
}

export function coded({ code, ...why }: Why & { readonly code: string }): string {
  const reason = named(why);
  return reason === '' ? code : `${code}: ${reason}`;
}

/** Readable UTC to the second; empty for nothing. */
export function moment(rfc3339: string | undefined): string {
  return rfc3339 === undefined ? '' : rfc3339.replace(/\.\d+(?=Z$)/, '');
}

/** Milliseconds in the largest unit that leaves a readable number. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** A table on stdout; without rows a notice for a person, so that a pipe gets nothing. */
export function listing(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
  columns: number | undefined,
): { text: string } | { notice: string } {
  return rows.length === 0 ? { notice: none } : { text: table(headings, rows, columns) };
}

/** One name and its text per line; empty texts are omitted. */
export function facts(entries: readonly (readonly [string, string | undefined])[]): string {
  const shown = entries.flatMap(([name, text]) => (text === undefined || text === '' ? [] : [{ name, text }]));
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  return shown.map(({ name, text }) => `${name.padEnd(width)}  ${printable(text)}`).join('\n');
}
