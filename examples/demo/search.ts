import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needlesOf } from '../../src/masker/needles.ts';

/** Where a value occurs, in the clear or in any usual encoding: in the files of a folder, or in a text. */
export async function findLeaks(
  values: readonly string[],
  folder: string,
  texts: readonly string[],
): Promise<{ readonly places: readonly string[]; readonly searched: number }> {
  const needles = values.flatMap((value) => needlesOf(Buffer.from(value)));
  const holds = (bytes: Buffer): boolean => needles.some((needle) => bytes.includes(needle));
  const places: string[] = [];
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const entry of files) {
    const file = join(entry.parentPath, entry.name);
    if (holds(await readFile(file))) places.push(file);
  }
  if (holds(Buffer.from(texts.join('')))) places.push('what the programs printed');
  return { places, searched: files.length };
}
