import { printable } from './io.ts';

const gap = '  ';

/**
 * Rows in columns below their headings, as plain text for pipes. No word is split, so that it can be copied whole.
 * @param columns the terminal's width: wider tables fold at spaces, and if that is not enough each row becomes a list
 * of its cells; absent: nothing is folded
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], columns?: number): string {
  const titles = headings.map((heading) => heading.toUpperCase());
  const body = rows.map((row) => headings.map((_, column) => printable(row[column] ?? '')));
  const widths = fit([titles, ...body], columns);
  if (widths === undefined) return body.map((row) => list(titles, row)).join('\n\n');
  return [titles, ...body].flatMap((row) => lines(row, widths)).join('\n');
}

/** `undefined` if the terminal is too narrow for the columns' longest words. */
function fit(rows: readonly (readonly string[])[], columns: number | undefined): readonly number[] | undefined {
  const widest = (measure: (cell: string) => number): number[] =>
    (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => measure(row[column] ?? ''))));
  const widths = widest((cell) => cell.length);
  if (columns === undefined) return widths;
  const narrowest = widest((cell) => Math.max(...cell.split(' ').map((word) => word.length)));
  const room = columns - gap.length * (widths.length - 1);
  if (sum(narrowest) > room) return undefined;
  while (sum(widths) > room) {
    const shrinkable = widths.map((width, column) => (width > (narrowest[column] ?? 0) ? width : 0));
    const column = shrinkable.indexOf(Math.max(...shrinkable));
    widths[column] = (widths[column] ?? 0) - 1;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function list(titles: readonly string[], row: readonly string[]): string {
  const width = Math.max(...titles.map(({ length }) => length));
  const filled = titles.flatMap((title, column) => {
    const cell = row[column] ?? '';
    return cell === '' ? [] : [`${title.padEnd(width)}${gap}${cell}`];
  });
  return filled.join('\n');
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

/** Folds at spaces; a longer word keeps a line of its own. */
export function fold(text: string, width: number): string[] {
  const parts: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      parts.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...parts, line];
}
