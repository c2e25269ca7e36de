import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LanguageServer } from '../support/language-server.ts';
import { installSdk, secret, typesProject } from './types-project.ts';

describe('editors in a project that `kici init` has made', () => {
  it('suggest keys once they find the SDK; until then `kici types` says what to install', async () => {
    const { folder, kici } = await typesProject({ production: [secret('DB_PASSWORD'), secret('DB_USER')] }, {}, false);
    expect((await kici('init', '--environment', 'production', '--secret', 'DB_PASSWORD')).code).toBe(0);
    const before = await kici('types');
    expect(before).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('`npm install --save-dev @kici-dev/sdk`'),
    });
    const file = join(folder, '.kici/workflows/hello.ts');
    const text = (await readFile(file, 'utf8')).replace("get('DB_PASSWORD')", "get('')");
    const suggested = async (): Promise<readonly (readonly string[])[]> =>
      Promise.all(
        ['typescript-5.9', 'typescript'].map(async (compiler) => {
          await using server = await LanguageServer.start(compiler, folder);
          return (await server.completions(file, text, "''"))[0] ?? [];
        }),
      );
    for (const names of await suggested()) expect(names).not.toContain('DB_PASSWORD');
    await installSdk(folder);
    expect(await suggested()).toEqual([
      ['DB_PASSWORD', 'DB_USER'],
      ['DB_PASSWORD', 'DB_USER'],
    ]);
    expect((await kici('types')).stderr).toBe('');
  });
});
