import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedPages } from '../../docs/generate/pages.ts';

const root = join(import.meta.dirname, '../..');

async function pages(): Promise<string[]> {
  const folders = ['docs', 'src', 'backends'];
  const below = await Promise.all(folders.map((folder) => readdir(join(root, folder), { recursive: true })));
  const files = folders.flatMap((folder, index) => (below[index] ?? []).map((file) => join(root, folder, file)));
  const top = (await readdir(root)).map((file) => join(root, file));
  return [...top, ...files].filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
}

describe('pages that are made from the code', () => {
  it.each(Object.entries(generatedPages))('%s is current (`npm run docs` writes it)', async (name, make) => {
    expect(await readFile(join(root, 'docs', name), 'utf8')).toBe(make());
  });
});

it('every link between pages leads somewhere', async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    for (const [, target = ''] of (await readFile(page, 'utf8')).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(dirname(page), target))) broken.push(`${relative(root, page)}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});
