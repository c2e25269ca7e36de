import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proofsOf, shippedBackends } from '../../docs/generate/backends.ts';
import { generatedPages } from '../../docs/generate/pages.ts';
import { generatedSections, withSection } from '../../docs/generate/sections.ts';
import { stepErrors } from '../../docs/generate/step-errors.ts';
import { rooms } from '../packaging/rooms.ts';
import { readPages, root } from './markdown.ts';

describe('pages that are made from the code', () => {
  it.each(Object.entries(generatedPages))('%s is current (`npm run docs` writes it)', async (name, make) => {
    expect(await readFile(join(root, 'docs', name), 'utf8')).toBe(make());
  });

  it.each(generatedSections.map((section) => [`${section.page}: ${section.name}`, section] as const))(
    '%s is current',
    async (_, section) => {
      const text = await readFile(join(root, section.page), 'utf8');
      expect(withSection(text, section)).toBe(text);
    },
  );
});

describe('the table of backends', () => {
  it('has every backend of the repository', async () => {
    expect(shippedBackends.map(({ type }) => type).toSorted()).toEqual(
      (await readdir(join(root, 'backends'))).toSorted(),
    );
  });

  it.each(shippedBackends.map(({ type }) => type))('%s is proven on what its tests have as lanes', async (type) => {
    const files = await readdir(join(root, 'backends', type), { recursive: true });
    const sources = await Promise.all(
      files.filter((file) => file.endsWith('.ts')).map((file) => readFile(join(root, 'backends', type, file), 'utf8')),
    );
    // A lane that depends on an environment variable is a server.
    const lanes = sources.flatMap((source) =>
      [...source.matchAll(/name: '([a-z-]+)',\s*missing:\s*missingVariable\(/g)].flatMap(([, name]) => name ?? []),
    );
    expect(
      proofsOf(type)
        .flatMap(({ lane }) => lane ?? [])
        .toSorted(),
    ).toEqual(lanes.toSorted());
    expect(proofsOf(type)).not.toEqual([]);
  });
});

it('the map of rooms shows where the tests of each lie', () => {
  for (const { folder, tests } of rooms) {
    expect(existsSync(join(root, folder)), folder).toBe(true);
    if (tests !== undefined) expect(existsSync(join(root, tests)), tests).toBe(true);
  }
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
    const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
    for (const [, target = '', anchor] of prose.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
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
  // Iterating over a set includes what is added on the way.
  for (const page of reached)
    for (const [, target = ''] of (pages.get(page) ?? '').matchAll(/\]\(([^)#\s]+)/g)) {
      const path = normalize(join(dirname(page), target));
      for (const known of pages.keys()) if (known === path || known.startsWith(`${path}/`)) reached.add(known);
    }
  const lost = [...pages.keys()].filter((path) => path.startsWith('docs/') && !reached.has(path));
  expect(lost).toEqual([]);
});

/** Anchors from a page's headings and its explicit marks. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].flatMap(([, id]) => id ?? [])]);
}
