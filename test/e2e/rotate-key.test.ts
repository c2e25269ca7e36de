import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeProject } from '../agent/support/project.ts';
import {
  cleanEnvironment,
  runProgram,
  startOrchestrator,
  type ProgramResult,
  type RunningOrchestrator,
} from '../support/programs.ts';

/** A backend that refuses to work without the password that its settings seal. */
const backends = { KICI_BACKEND_PACKAGES: join(import.meta.dirname, '../orchestrator/support/memory-package.ts') };
const readsToken = `import { job, push, step, workflow } from '@kici-dev/sdk';
export default workflow('read', { on: push(), jobs: [job('read', {
  environment: 'production', runsOn: 'default',
  steps: [step('read', async (ctx) => { ctx.log.info((await ctx.secrets.get('TOKEN')).length === 13 ? 'read it' : 'read another'); })],
})] });
`;

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'kici-rotate-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

const admin = ({ environment }: RunningOrchestrator, args: readonly string[], input?: string): Promise<ProgramResult> =>
  runProgram('kici-admin', args, { environment, ...(input !== undefined && { input }) });

/** In a home whose orchestrator is stopped. */
const rotate = (
  home: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> =>
  runProgram('kici-orchestrator', ['rotate-key', ...args], {
    folder: home,
    environment: { ...cleanEnvironment(home), KICI_DATA_DIR: join(home, 'data'), ...environment },
  });

/** A home with a secret and with a backend's password, both sealed. */
async function sealedHome(): Promise<string> {
  const home = await newHome();
  await using orchestrator = await startOrchestrator({ home, environment: backends });
  expect(await admin(orchestrator, ['environment', 'create', 'production', '--bind', 'production'])).toMatchObject({
    code: 0,
  });
  expect(await admin(orchestrator, ['secret', 'set', '--scope', 'production', 'TOKEN'], 'sealed-before')).toMatchObject(
    { code: 0 },
  );
  expect(
    await admin(
      orchestrator,
      [
        'backend',
        'add',
        'corp',
        '--type',
        'memory',
        '--set',
        'address=https://corp.test',
        '--secret',
        'password',
        '--from-stdin',
      ],
      'right',
    ),
  ).toMatchObject({ code: 0 });
  return home;
}

async function expectEverythingOpens(home: string, environment: Readonly<Record<string, string>>): Promise<void> {
  await using orchestrator = await startOrchestrator({ home, environment: { ...backends, ...environment } });
  expect(await admin(orchestrator, ['backend', 'test', 'corp'])).toMatchObject({ code: 0 });
  expect(await admin(orchestrator, ['audit', 'verify'])).toMatchObject({ code: 0 });
  const project = await makeProject({ 'read.ts': readsToken });
  const ran = await runProgram('kici', ['run', 'read'], {
    folder: project.folder,
    environment: { ...project.environment, ...orchestrator.environment },
  });
  expect(ran.stdout, ran.stderr).toContain('read it');
}

/** Every row of every table. */
function rowsOf(home: string): readonly unknown[] {
  const database = new DatabaseSync(join(home, 'data/kici.db'), { readOnly: true });
  const tables = database.prepare("select name from sqlite_master where type = 'table' order by name").all();
  const rows = tables.map(({ name }) => [name, database.prepare(`select * from "${String(name)}"`).all()]);
  database.close();
  return rows;
}

let stopped = '';
beforeAll(async () => {
  stopped = await mkdtemp(join(tmpdir(), 'kici-rotate-'));
  await (await startOrchestrator({ home: stopped })).stop();
});
afterAll(() => rm(stopped, { recursive: true, force: true }));

describe('kici-orchestrator rotate-key', () => {
  it('puts every store under the new key: secrets, settings of backends, the chain of the audit log', async () => {
    const home = await sealedHome();
    const [oldKey, newKey] = [join(home, '.config/kici/secret.key'), join(home, 'keys/secret-2.key')];
    const { code, stdout, stderr } = await rotate(home, ['--new-key-file', newKey]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`KICI_SECRET_KEY_FILE=${newKey}, or move that file to ${oldKey}`);
    expect((await stat(newKey)).mode & 0o777).toBe(0o600);
    for (const file of [oldKey, newKey]) expect(stdout).not.toContain((await readFile(file, 'utf8')).trim());
    await expect(startOrchestrator({ home, environment: backends })).rejects.toThrow('wrong_key');
    await expectEverythingOpens(home, { KICI_SECRET_KEY_FILE: newKey });
    await rename(newKey, oldKey);
    await (await startOrchestrator({ home, environment: backends })).stop();
  });

  it('takes a key that exists, and one that is in use from the environment', async () => {
    const home = await newHome();
    const key = 'd4'.repeat(32);
    const newKey = join(home, 'new.key');
    await (await startOrchestrator({ home, environment: { KICI_SECRET_KEY: key } })).stop();
    await writeFile(newKey, `${'e5'.repeat(32)}\n`);
    const { code, stdout } = await rotate(home, ['--json', '--new-key-file', newKey], { KICI_SECRET_KEY: key });
    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 0,
      told: { newKeyFile: newKey, dataKeys: expect.any(Number), createdKeyFile: false },
    });
    await (await startOrchestrator({ home, environment: { KICI_SECRET_KEY: 'e5'.repeat(32) } })).stop();
  });

  it.each([
    ['no new key', [], {}, 2, '--new-key-file'],
    ['the key in use', ['--new-key-file', '.config/kici/secret.key'], {}, 1, 'same_key'],
    [
      'another key than the one in use',
      ['--new-key-file', 'new.key'],
      { KICI_SECRET_KEY: 'ff'.repeat(32) },
      1,
      'wrong_key',
    ],
    ['a file that holds no key', ['--new-key-file', 'no.key'], {}, 1, 'malformed_key'],
    ['a file in the data folder', ['--new-key-file', 'data/new.key'], {}, 2, 'anyone with both'],
    ['a folder without data', ['--new-key-file', 'new.key'], { KICI_DATA_DIR: 'elsewhere' }, 1, 'there is no database'],
    [
      'no key at the default place',
      ['--new-key-file', 'new.key'],
      { XDG_CONFIG_HOME: '/nowhere' },
      1,
      'cannot use the key file /nowhere/kici/secret.key',
    ],
  ])('refuses %s, and changes nothing', async (_, args, environment, code, message) => {
    const home = await newHome();
    execFileSync('cp', ['--archive', `${stopped}/.`, home]);
    await writeFile(join(home, 'no.key'), 'hunter2\n');
    const refused = await rotate(home, args, environment);
    expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    await expect(stat(join(home, 'new.key'))).rejects.toThrow('ENOENT');
    expect(rowsOf(home)).toEqual(rowsOf(stopped));
    const key = '.config/kici/secret.key';
    expect(await readFile(join(home, key), 'utf8')).toBe(await readFile(join(stopped, key), 'utf8'));
  });
});
