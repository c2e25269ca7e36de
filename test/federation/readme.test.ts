import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';

/** Stands in the README for any backend. */
const store = `
import { absent, defineCapabilities, found, SecretValue } from '@kici-dev/secret-backend';
export function createMemoryStore(scopes) {
  return {
    capabilities: defineCapabilities({
      write: false, delete: false, compareAndSet: false, versionPins: false, versions: false, restore: false, declare: false, scopes: false, binary: true,
      listConsistency: 'strong', listReadsValues: false, readBatchSize: 100, maxValueBytes: 65536,
    }),
    async *list({ scope, depth }) {
      const asked = (name) => scope === undefined || name === scope || (depth === 'tree' && name.startsWith(scope + '/'));
      yield { secrets: Object.entries(scopes).filter(([name]) => asked(name)).flatMap(([name, secrets]) => Object.keys(secrets).map((key) => ({ scope: name, key }))) };
    },
    read: async (refs) => refs.map(({ scope, key }) => (Object.hasOwn(scopes[scope] ?? {}, key) ? found(SecretValue.fromText(scopes[scope][key])) : absent)),
    check: async () => ({}),
    close: async () => undefined,
  };
}
`;

it('the example of the README prints what the README says', async () => {
  const readme = await readFile('src/federation/README.md', 'utf8');
  const [, program = '', printed = ''] = /```ts\n(.*?)```\n\nprints\n\n```\n(.*?)```/s.exec(readme) ?? [];
  // Beside the workspace's node_modules, so that the packages are found by their names.
  const folder = await mkdtemp(join(process.cwd(), 'test', 'federation', '.readme-'));
  try {
    await writeFile(join(folder, 'store.ts'), store);
    await writeFile(join(folder, 'example.ts'), program);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'example.ts')]);
    expect(stdout).toBe(printed);
  } finally {
    await rm(folder, { recursive: true });
  }
});
