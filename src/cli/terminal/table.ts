import { printable } from './io.ts';

const gap = '  ';
const narrowest = 12;

/**
 * Rows below their headings, in columns; text only, so that pipes can read it.
 * @param columns the width of the terminal: wider tables fold their widest column; left out, nothing is folded
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], columns?: number): string {
  const cells = [
    headings.map((heading) => heading.toUpperCase()),
    ...rows.map((row) => headings.map((_, column) => printable(row[column] ?? ''))),
  ];
  const widths = fit(
    headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))),
    columns,
  );
  return cells.flatMap((row) => lines(row, widths)).join('\n');
}

function fit(natural: readonly number[], columns: number | undefined): readonly number[] {
  const widths = [...natural];
  if (columns === undefined) return widths;
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  while (total() > columns) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= narrowest) break;
    widths[widest] = Math.max(narrowest, width - (total() - columns), secondWidest(widths, widest));
    if (widths[widest] === width) widths[widest] = width - 1;
  }
  return widths;
}

function secondWidest(widths: readonly number[], widest: number): number {
  return Math.max(0, ...widths.filter((_, column) => column !== widest));
}

function lines(row: readonly string[], widths: readonly number[]): string[] {
  const folded = row.map((cell, column) => fold(cell, widths[column] ?? 0));
  return Array.from({ length: Math.max(...folded.map((parts) => parts.length)) }, (_, line) =>
    folded
      .map((parts, column) => (parts[line] ?? '').padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

/** At spaces where there are some, else after a slash or wherever the width ends. */
export function fold(text: string, columns: number): string[] {
  const width = Math.max(1, columns);
  const parts: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const slash = rest.lastIndexOf('/', width - 1) + 1;
    const cut = space > 0 ? space : slash > width / 2 ? slash : width;
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return [...parts, rest];
}
