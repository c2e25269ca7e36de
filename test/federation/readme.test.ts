import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import { openVault } from '../../backends/vault/test/support/open.ts';

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

/** Each program of the README with its expected output. */
const examples = [
  ...(await readFile('src/federation/README.md', 'utf8')).matchAll(
    /```ts\n(.*?)```\n\n[^`]*(?:`[^`\n]+`[^`]*)*prints\n\n```\n(.*?)```/gs,
  ),
].map(([, program = '', printed = '']) => ({ program, printed }));

async function runExample({ program = '' } = {}, environment: Record<string, string> = {}): Promise<string> {
  // Beside the workspace's node_modules, so that the packages are found by name.
  const folder = await mkdtemp(join(process.cwd(), 'test', 'federation', '.readme-'));
  try {
    await writeFile(join(folder, 'store.ts'), store);
    await writeFile(join(folder, 'example.ts'), program);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'example.ts')], {
      env: { ...process.env, ...environment },
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('the README has two examples', () => {
  expect(examples).toHaveLength(2);
});

it('the example of the README prints what the README says', async () => {
  expect(await runExample(examples[0])).toBe(examples[0]?.printed);
});

it('so does the one over a shipped backend', async () => {
  const { put, gateway, server } = await openVault();
  await put('secret/data/apps/shop/db', { data: { password: 'one' } });
  await put('secret/data/apps/other/db', { data: { PASSWORD: 'two' } });
  await put('secret/data/shared', { data: { TOKEN: 'three' } });
  const { program, printed } = examples[1] ?? { program: '', printed: '' };
  expect(
    await runExample(
      { program: program.replace('http://127.0.0.1:8200', gateway.address) },
      { VAULT_TOKEN_OF_SHOP: server.rootToken },
    ),
  ).toBe(printed);
});
