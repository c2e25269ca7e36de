import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

  it('writes settings with which an editor sees the types of secrets, unless there are some, and says how to get those', async () => {
    const settings = join(home, '.kici/tsconfig.json');
    expect(await init('--environment', 'production')).toMatchObject({
      stdout: expect.stringContaining('`kici types`'),
    });
    expect(JSON.parse(await readFile(settings, 'utf8'))).toMatchObject({ include: ['workflows', 'secrets.d.ts'] });
    await rm(join(home, '.kici/workflows/hello.ts'));
    await writeFile(settings, '{}');
    expect(await init()).toMatchObject({ code: 0, stdout: expect.not.stringContaining('types') });
    expect(await readFile(settings, 'utf8')).toBe('{}');
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
