import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

it('the code of the page on writing a backend fits the contract', async () => {
  const page = await readFile(join(root, 'docs/writing-a-backend.md'), 'utf8');
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].flatMap(([, code]) => code ?? []);
  expect(blocks.length).toBe(3);
  // Inside the checkout, where the packages resolve.
  const folder = await mkdtemp(join(root, 'node_modules/.kici-docs-'));
  try {
    await Promise.all(blocks.map((code, index) => writeFile(join(folder, `block-${index}.ts`), code)));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions: { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }, include: ['*.ts'], exclude: [] }));
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
