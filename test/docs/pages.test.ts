import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedPages } from '../../docs/generate/pages.ts';
import { stepErrors } from '../../docs/generate/step-errors.ts';
import { readPages, root } from './markdown.ts';

describe('pages that are made from the code', () => {
  it.each(Object.entries(generatedPages))('%s is current (`npm run docs` writes it)', async (name, make) => {
    expect(await readFile(join(root, 'docs', name), 'utf8')).toBe(make());
  });
});

it('the page of the SDK has every error with its codes', async () => {
  const page = await readFile(join(root, 'src/sdk/README.md'), 'utf8');
  for (const [name, codes] of Object.entries(stepErrors)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    for (const code of Object.keys(codes).filter((one) => !one.includes(' '))) expect(row).toContain(`\`${code}\``);
    expect(row).toBeDefined();
  }
});

it('every link between pages leads somewhere', async () => {
  const broken: string[] = [];
  for (const { path, text } of await readPages()) {
    for (const [, target = '', anchor] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const file = target === '' ? join(root, path) : join(root, dirname(path), target);
      if (!existsSync(file)) broken.push(`${path}: ${target}`);
      else if (anchor !== undefined && !anchorsOf(await readFile(file, 'utf8')).has(anchor))
        broken.push(`${path}: ${target}#${anchor}`);
    }
  }
  expect(broken).toEqual([]);
});

it('every page of docs is reached from its front page, which the README leads to', async () => {
  const pages = new Map((await readPages()).map(({ path, text }) => [path, text]));
  expect(pages.get('README.md')).toContain('](docs/README.md)');
  const reached = new Set(['docs/README.md']);
  // A set gives what is added to it on the way, too.
  for (const page of reached)
    for (const [, target = ''] of (pages.get(page) ?? '').matchAll(/\]\(([^)#\s]+)/g)) {
      const path = normalize(join(dirname(page), target));
      for (const known of pages.keys()) if (known === path || known.startsWith(`${path}/`)) reached.add(known);
    }
  const lost = [...pages.keys()].filter((path) => path.startsWith('docs/') && !reached.has(path));
  expect(lost).toEqual([]);
});

/** As a page's headings and its own marks make them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].flatMap(([, id]) => id ?? [])]);
}
