import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failureCodes, isFailureCode, type SettingField } from '@kici-dev/secret-backend';
import { memoryCapabilities } from '@kici-dev/secret-backend-conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, startOrchestrator } from '../support/programs.ts';
import { commandsIn, root, shellLines } from './markdown.ts';

const run = promisify(execFile);
const page = await readFile(join(root, 'docs/writing-a-backend.md'), 'utf8');
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].flatMap(([, code]) => code ?? []);

/** Inside the checkout, where the packages resolve. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'test/docs/.page-'));
  await Promise.all(blocks.map((code, index) => writeFile(join(folder, `block-${index}.ts`), code)));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const fieldTypes: Readonly<Record<SettingField['type'], true>> = {
  string: true,
  address: true,
  path: true,
  choice: true,
  integer: true,
  boolean: true,
};

describe('docs/writing-a-backend.md', () => {
  it('has a rule that takes nothing but proven absence for absence', async () => {
    const code = `import { outcomeOf, refuse } from './block-0.ts';
      for (const status of [200, 404, 401, 403, 429, 500, 302]) console.log(status, outcomeOf(status, new Uint8Array()).status);
      try { refuse(403); } catch (error) { console.log(JSON.stringify(error)); }`;
    await writeFile(join(folder, 'use.ts'), code);
    const { stdout } = await run(process.execPath, [join(folder, 'use.ts')]);
    await rm(join(folder, 'use.ts'));
    expect(stdout.split('\n').slice(0, 7)).toEqual([
      '200 found',
      '404 absent',
      '401 unknown',
      '403 unknown',
      '429 unknown',
      '500 unknown',
      '302 unknown',
    ]);
    expect(stdout).toContain('"code":"permission_denied"');
  });

  it('names every type of setting, every capability, and only codes that there are', () => {
    for (const type of Object.keys(fieldTypes)) expect(page).toMatch(new RegExp(`^\\| \`${type}\` \\|`, 'm'));
    for (const capability of Object.keys(memoryCapabilities))
      expect(page).toMatch(new RegExp(`^\\|[^|]*\`${capability}\``, 'm'));
    const [, table = ''] = /\| the service says \| answer \|\n([\s\S]*?)\n\n/.exec(page) ?? [];
    const codes = [...table.matchAll(/`([a-z_]+)`/g)]
      .flatMap(([, code]) => code ?? [])
      .filter((code) => code !== 'absent');
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !isFailureCode(code))).toEqual([]);
    expect(Object.keys(failureCodes)).toEqual(expect.arrayContaining(codes));
  });

  it("takes a backend from its scaffold to a job's environment", async () => {
    const project = await mkdtemp(join(folder, 'project-'));
    // As `npm install` would lay them out.
    await mkdir(join(project, 'node_modules/@kici-dev'), { recursive: true });
    await symlink(join(root, 'src/contract'), join(project, 'node_modules/@kici-dev/secret-backend'));
    const [scaffold, overHttp, server, ...commands] = shellLines({ path: '', text: page }).flatMap(commandsIn);
    for (const command of [scaffold, overHttp])
      expect(await runProgram('kici-admin', command?.args ?? [], { folder: project })).toMatchObject({ code: 0 });
    await using orchestrator = await startOrchestrator({
      args: (server?.args ?? []).map((word) => word.replace('./my-store', join(project, 'my-store'))),
    });
    const admin = (args: readonly string[], input = ''): ReturnType<typeof runProgram> =>
      runProgram('kici-admin', args, { environment: orchestrator.environment, input });
    expect(await admin(['environment', 'create', 'production'])).toMatchObject({ code: 0 });
    const outcomes = [];
    // oxlint-disable-next-line no-await-in-loop -- each finds what the previous ones have done
    for (const { args } of commands) outcomes.push(await admin(args));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(outcomes[0]?.stdout).toMatch(/^my-store  My store$/m);
    expect(outcomes[0]?.stdout).toMatch(/^vault  /m);
    expect(await admin(['secret', 'set', '--scope', 'mine:apps', 'TOKEN'], 'value')).toMatchObject({ code: 0 });
    expect((await admin(['secret', 'list', '--environment', 'production'])).stdout).toMatch(
      /^TOKEN +mine +apps +1 +available$/m,
    );
  });
});
