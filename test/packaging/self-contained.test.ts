import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importedModules, readManifest, root } from './imports.ts';

const backends = readdirSync(join(root, 'backends'));

/** What a file of a backend needs of the repository that its package does not bring along, in words. */
function leaks(folder: string, path: string, source: string): readonly string[] {
  const { name, dependencies, devDependencies } = readManifest(folder);
  const known = new Set([name, ...Object.keys({ ...dependencies, ...devDependencies })]);
  const isOwn = (target: string): boolean => !relative(folder, target).startsWith('..');
  const imported = importedModules(source).filter((specifier) => {
    if (specifier.startsWith('.')) return !isOwn(join(dirname(path), specifier));
    if (specifier.startsWith('node:') || specifier === 'vitest') return false;
    return !known.has(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  });
  // A backend's page lies with the others of the documentation.
  const page = `docs/${folder}.md`;
  const opened = [...source.matchAll(/['"`]((?:\.\.\/)+[^'"`\s]*)['"`]/g)].flatMap(([, text = '']) => {
    const target = normalize(join(dirname(path), text));
    return isOwn(target) || target === page || importedModules(source).includes(text) ? [] : [text];
  });
  return [...imported, ...opened].map((what) => `${path} needs ${what}`);
}

describe("a backend's folder brings along what its tests need", () => {
  it.each(backends)('%s', (name) => {
    const folder = `backends/${name}`;
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.includes('node_modules'),
    );
    expect(files.length).toBeGreaterThan(5);
    expect(
      files.flatMap((file) => leaks(folder, join(folder, file), readFileSync(join(root, folder, file), 'utf8'))),
    ).toEqual([]);
  });

  it.each([
    "import { lane } from '../../../test/support/lane.ts';",
    "import { keyring } from '../../../src/keyring/keyring.ts';",
    "import { awsDefinition } from '@kici-dev/secret-backend-aws';",
    "import { chromium } from 'playwright-core';",
    "const page = new URL('../../../README.md', import.meta.url);",
  ])('and what it does not is found: %s', (source) => {
    expect(leaks('backends/vault', 'backends/vault/test/some.test.ts', source)).toHaveLength(1);
  });

  it('but its page is no part of what it would have to bring', () => {
    const source = "new URL('../../../docs/backends/vault.md', import.meta.url)";
    expect(leaks('backends/vault', 'backends/vault/test/some.test.ts', source)).toEqual([]);
  });
});
