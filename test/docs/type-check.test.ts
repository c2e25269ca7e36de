import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readPages, root } from './markdown.ts';

/** The name by which a federation example imports any backend. */
const store = `import type { SecretBackend } from '@kici-dev/secret-backend';
export declare function createMemoryStore(scopes: Readonly<Record<string, Readonly<Record<string, string>>>>): SecretBackend;
`;

/** What a block that imports nothing stands in: a workflow, or one of its steps. */
const around = `import { job, type Step, type StepContext } from '@kici-dev/sdk';
declare const ctx: StepContext;
declare const release: Step;
export { ctx, job, release };
`;

it('every program on a page, and every part of one, fits the packages that it imports', async () => {
  const blocks = (await readPages())
    // Generated from the declarations of the packages, and compared with them.
    .filter(({ path }) => !path.startsWith('docs/api/'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```$/gm)].map(([, code = '']) => ({
        path,
        code: code.startsWith('import ') ? code : `${around}${code}`,
      })),
    );
  expect(new Set(blocks.map(({ path }) => path))).toEqual(
    new Set([
      'docs/environment-from-commands.md',
      'docs/how-to.md',
      'docs/migrating-from-property-access.md',
      'docs/sandboxes.md',
      'docs/sops.md',
      'docs/workflow-authors.md',
      'docs/writing-a-backend.md',
      'src/conformance/README.md',
      'src/federation/README.md',
      'src/masker/README.md',
      'src/sdk/README.md',
    ]),
  );
  // Inside the checkout, where the packages resolve.
  const folder = await mkdtemp(join(root, 'test/docs/.pages-'));
  try {
    await Promise.all(
      blocks.map(({ path, code }, index) =>
        writeFile(join(folder, `${path.replaceAll(/[/.]/g, '-')}-${index}.ts`), code),
      ),
    );
    await writeFile(join(folder, 'store.ts'), store);
    await writeFile(
      join(folder, 'planted.ts'),
      "import { absent } from '@kici-dev/secret-backend';\nexport const text: string = absent;\n",
    );
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { noUnusedLocals: false },
        include: ['*.ts'],
        exclude: [],
      }),
    );
    const problem: unknown = await promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '--pretty',
      'false',
      '-p',
      folder,
    ]).catch((error: unknown) => error);
    // Only the planted error is found, so the others were checked.
    expect(problem).toMatchObject({
      stdout: expect.stringMatching(/^\S*planted\.ts\(2,14\): error TS2322: [^\n]*\n$/),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
