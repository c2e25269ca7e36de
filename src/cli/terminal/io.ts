import type { Readable, Writable } from 'node:stream';

/** What a command sees of the world; tests give their own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function processIo(): Io {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, environment: process.env };
}

/** Rows below their headings, in columns; text only, so that pipes can read it. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => printable(row[column] ?? '').length)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => printable(cell).padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  return [headings.map((heading) => heading.toUpperCase()), ...rows].map(line).join('\n');
}

/** Names come from stores that others write to: nothing in them may act on a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}
