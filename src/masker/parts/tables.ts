import type { Leaf } from './leaf.ts';
import { isSecretName } from './names.ts';
import { stripQuotes } from './pairs.ts';

const cell = String.raw`"(?:[^"]|"")*"|[^"MARK\n]*`;

/** Values of CSV by the names in its first line. */
export function tableLeaves(text: string): readonly Leaf[] {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line !== '');
  const mark = /[,;\t]/.exec(lines[0] ?? '')?.[0];
  if (mark === undefined || lines.length < 2) return [];
  const cells = new RegExp(`(?:^|${mark})(${cell.replace('MARK', mark)})`, 'g');
  const [names = [], ...rows] = lines.map((line) =>
    [...line.matchAll(cells)].map(([, value = '']) => stripQuotes(value.trim())),
  );
  if (!names.some(isSecretName) || rows.some((row) => row.length !== names.length)) return [];
  return rows.flatMap((row) => row.map((value, at) => ({ name: names[at] ?? '', value })));
}
