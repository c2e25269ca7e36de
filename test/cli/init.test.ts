import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, runProgram, type ProgramResult } from '../support/programs.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kici-init-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const init = (...args: string[]): Promise<ProgramResult> =>
  runProgram('kici', ['init', ...args], { environment: cleanEnvironment(home), folder: home });
const written = (): Promise<string> => readFile(join(home, '.kici/workflows/hello.ts'), 'utf8');

describe('kici init', () => {
  it('writes a workflow that reads the secret it is told of', async () => {
    expect(await init('--environment', 'production', '--secret', 'DB_PASSWORD')).toMatchObject({ code: 0 });
    expect(await written()).toContain("environment: 'production',");
    expect(await written()).toContain("await ctx.secrets.get('DB_PASSWORD')");
  });

  it('refuses a secret without its environment', async () => {
    expect(await init('--secret', 'DB_PASSWORD')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--environment'),
    });
  });

  it.each(["a'b", '${x}', '', 'a b', '`'])('lets no name break out of the text: %j', async (name) => {
    expect(await init('--environment', name)).toMatchObject({ code: 2 });
    expect(await init('--environment', 'production', '--secret', name)).toMatchObject({ code: 2 });
    await expect(written()).rejects.toThrow('ENOENT');
  });
});
