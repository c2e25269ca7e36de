import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderTypes } from '../../src/cli/kici/types/render.ts';
import { LanguageServer } from '../support/language-server.ts';

const root = join(import.meta.dirname, '../..');
const compilers = { 'TypeScript 5.9': 'typescript-5.9', 'TypeScript 7': 'typescript' };
const keys = ['AGE_KEY_1', 'DB_PASSWORD', '__proto__', 'tls.crt'];

const right = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('right', { on: push(), jobs: [
  job('j', { runsOn: 'default', environment: 'production', secrets: ['DB_PASSWORD', 'AGE_KEY_*'], steps: [step('s', async (ctx) => {
    const token: string = await ctx.secrets.get('DB_PASSWORD');
    await ctx.secrets.expose('any other text');
    const sources = ctx.secrets.list().filter((key) => key.startsWith('AGE_KEY_'));
    const { path } = await ctx.secrets.mountFile({ sources, divider: '\\n', mode: 0o400, name: 'keys' });
    await ctx.secrets.exposeFile('SOPS_AGE_KEY_FILE', { sources: ['AGE_KEY_1', 'X', ...sources] });
    if (ctx.secrets.has(path)) ctx.log.info(ctx.secrets.getMeta(token)?.backend ?? '');
  })] }),
] });
`;
const wrong = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('wrong', { on: push(), jobs: [
  job('j', { runsOn: 'default', steps: [step('s', async (ctx) => {
    // @ts-expect-error -- a key is text
    await ctx.secrets.get(5);
    // @ts-expect-error -- a value is text
    const count: number = await ctx.secrets.get('DB_PASSWORD');
    // @ts-expect-error -- no property
    ctx.secrets.DB_PASSWORD;
    // @ts-expect-error -- a list
    await ctx.secrets.mountFile({ sources: 'DB_PASSWORD' });
    // @ts-expect-error -- no such option
    await ctx.secrets.mountFile({ sources: ['DB_PASSWORD'], devider: '' });
    // @ts-expect-error -- the variable first
    await ctx.secrets.exposeFile({ sources: ['DB_PASSWORD'] });
    // @ts-expect-error -- it may not be there
    ctx.secrets.getMeta('DB_PASSWORD').backend;
    return count;
  })] }),
  // @ts-expect-error -- a list of keys
  job('k', { runsOn: 'default', secrets: 'DB_PASSWORD', steps: [] }),
] });
`;
/** Each pair of quotes is a place where an author starts typing. */
const typed = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('typed', { on: push(), jobs: [job('j', { runsOn: 'default', steps: [step('s', async (ctx) => {
    await ctx.secrets.get('');
    ctx.secrets.has('');
    ctx.secrets.getMeta('');
    await ctx.secrets.expose('');
    await ctx.secrets.mountFile({ sources: [''] });
    await ctx.secrets.exposeFile('X', { sources: ['DB_PASSWORD', ''] });
})] })] });
`;

describe.each(['nodenext', 'bundler'])('declarations under %s', (resolution) => {
  let folder: string;
  beforeAll(async () => {
    // Inside the checkout, where the SDK resolves.
    folder = await mkdtemp(join(root, 'test/cli/.types-'));
    await mkdir(join(folder, 'workflows'));
    const place = { environment: 'production', backend: 'internal', scope: 'production', status: 'available' } as const;
    await writeFile(
      join(folder, 'secrets.d.ts'),
      renderTypes(['production'], new Map(keys.map((key) => [key, [place]]))),
    );
    for (const [name, text] of Object.entries({ right, wrong, typed }))
      await writeFile(join(folder, 'workflows', `${name}.ts`), text);
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: resolution === 'bundler' ? 'preserve' : 'nodenext',
          moduleResolution: resolution,
          target: 'es2024',
          lib: ['es2024', 'dom', 'esnext.disposable'],
          types: [],
          strict: true,
          noEmit: true,
          allowImportingTsExtensions: true,
          skipLibCheck: false,
        },
        include: ['secrets.d.ts', 'workflows'],
      }),
    );
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(Object.entries(compilers))('with %s', (_, compiler) => {
    it('are taken by the compiler, which tells right workflows from wrong ones', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(root, 'node_modules', compiler, 'bin/tsc'),
        '-p',
        folder,
      ]).catch((error: { stdout: string }) => error);
      expect(stdout).toBe('');
    });

    it('make its language server suggest every key at every method that takes one', async () => {
      await using server = await LanguageServer.start(compiler, folder);
      const file = join(folder, 'workflows/typed.ts');
      const places = await server.completions(file, typed, "''");
      expect(places.map((names) => names.toSorted())).toEqual(Array.from({ length: 6 }, () => keys));
    });
  });
});
