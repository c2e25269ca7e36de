import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importedModules, readManifest, root } from './imports.ts';

const backends = readdirSync(join(root, 'backends'));
const folderOf = new Map(backends.map((name) => [readManifest(`backends/${name}`).name, `backends/${name}`]));

/** What a backend's file needs from the repository beyond its own package, in words. */
function leaks(folder: string, path: string, source: string): readonly string[] {
  const { name, dependencies, devDependencies } = readManifest(folder);
  const known = new Set([name, ...Object.keys({ ...dependencies, ...devDependencies })]);
  // A backend that builds on another may use that one's test fakes: it depends on its folder anyway.
  const shared = Object.keys(dependencies ?? {}).flatMap((one) => folderOf.get(one) ?? []);
  const isOwn = (target: string): boolean =>
    [folder, ...shared.map((one) => `${one}/test`)].some((own) => !relative(own, target).startsWith('..'));
  const imported = importedModules(source).filter((specifier) => {
    if (specifier.startsWith('.')) return !isOwn(join(dirname(path), specifier));
    if (specifier.startsWith('node:') || specifier === 'vitest') return false;
    return !known.has(/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  });
  // A backend's page is in the documentation.
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

  it('but what it builds on may lend the stand-ins of its tests, and nothing else', () => {
    const path = 'backends/ssm/test/some.test.ts';
    const lent = "import { Refusal } from '../../aws/test/fake/refusal.ts';";
    expect(leaks('backends/ssm', path, lent)).toEqual([]);
    expect(leaks('backends/ssm', path, "import { backend } from '../../aws/backend.ts';")).toHaveLength(1);
    expect(leaks('backends/sops', path.replace('ssm', 'sops'), lent)).toHaveLength(1);
  });

  it('but its page is no part of what it would have to bring', () => {
    const source = "new URL('../../../docs/backends/vault.md', import.meta.url)";
    expect(leaks('backends/vault', 'backends/vault/test/some.test.ts', source)).toEqual([]);
  });
});
