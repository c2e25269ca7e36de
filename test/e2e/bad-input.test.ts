import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, workflowOf } from '../agent/support/project.ts';
import { openGates } from '../support/gates.ts';
import {
  cleanEnvironment,
  runProgram,
  startOrchestrator,
  type ProgramName,
  type ProgramOptions,
  type RunningOrchestrator,
} from '../support/programs.ts';

const canary = 'never-shown-7cb1e0d2';
const set = ['secret', 'set', '--scope', 'production', 'DEPLOY_TOKEN'];
let orchestrator: RunningOrchestrator;

beforeAll(async () => {
  orchestrator = await startOrchestrator();
  for (const args of [
    ['environment', 'create', 'production', '--bind', 'production'],
    [...set, '--value', 'the-first-value'],
  ]) {
    expect(await runProgram('kici-admin', args, { environment: orchestrator.environment })).toMatchObject({ code: 0 });
  }
});
afterAll(() => orchestrator[Symbol.asyncDispose]());

/** Every row outside the audit log, which records refusals too. */
function stored(): string {
  const database = new DatabaseSync(join(orchestrator.home, 'data/kici.db'), { readOnly: true });
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' order by name")
    .all()
    .map(({ name }) => String(name));
  const rows = tables
    .filter((name) => !name.startsWith('audit_'))
    .map((name) => [name, database.prepare(`select * from "${name}"`).all()]);
  database.close();
  return JSON.stringify(rows, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
}

interface Wanted {
  readonly code: 1 | 2;
  readonly message: string;
  readonly nextStep: string;
}

/** The program fails as expected, on stderr alone, shows no value, and changes nothing. */
async function expectRefusal(
  name: ProgramName,
  args: readonly string[],
  wanted: Wanted,
  options: ProgramOptions = {},
): Promise<void> {
  const before = stored();
  const { code, stdout, stderr } = await runProgram(name, args, {
    ...options,
    environment: { ...orchestrator.environment, ...options.environment },
  });
  expect({ code, stdout, stderr }).toEqual({
    code: wanted.code,
    stdout: '',
    stderr: expect.stringContaining(wanted.message),
  });
  expect(stderr.split(wanted.nextStep), stderr).toHaveLength(2);
  expect(stderr).not.toContain(canary);
  expect(stored()).toBe(before);
}

const refused = (args: readonly string[], wanted: Wanted, options?: ProgramOptions): Promise<void> =>
  expectRefusal('kici-admin', args, wanted, options);

describe('bad input to the programs is told with a next step and changes nothing', () => {
  it('a wrong key name', () =>
    refused(
      ['secret', 'set', '--scope', 'production', '9-LIVES'],
      { code: 2, message: 'a key starts with a letter', nextStep: 'choose a name' },
      { input: canary },
    ));

  it('a wrong scope name', () =>
    refused(
      ['secret', 'set', '--scope', 'apps//shop', 'DEPLOY_TOKEN'],
      { code: 2, message: 'empty segment', nextStep: '--help' },
      { input: canary },
    ));

  it("a scope that is the system's", () =>
    refused(
      ['secret', 'set', '--scope', '__system', 'DEPLOY_TOKEN'],
      { code: 2, message: 'begin with "__"', nextStep: '--help' },
      { input: canary },
    ));

  it('an unknown flag', () =>
    refused(
      [...set, '--form-stdin'],
      { code: 2, message: 'unknown option', nextStep: '--from-stdin' },
      { input: canary },
    ));

  it('two input modes', () =>
    refused(
      [...set, '--value', canary, '--from-stdin'],
      { code: 2, message: 'cannot be used together', nextStep: 'choose one way' },
      { input: canary },
    ));

  it('an empty pipe', () =>
    refused(set, { code: 1, message: 'empty_value', nextStep: '--allow-empty' }, { input: '' }));

  it('64 KiB and one byte', () =>
    refused(
      set,
      { code: 1, message: 'too_large', nextStep: 'keep large files elsewhere' },
      { input: canary.padEnd(65_537, 'x') },
    ));

  it('a wrong token', () =>
    refused(
      set,
      { code: 1, message: 'unauthenticated', nextStep: 'set KICI_TOKEN' },
      { input: canary, environment: { KICI_TOKEN: 'kici_wrong' } },
    ));
});

describe('a job whose session has ended', () => {
  it('gets no further value, says why, and changes nothing', async () => {
    const gates = await openGates();
    let before = '';
    gates.on('expire', async () => {
      const database = new DatabaseSync(join(orchestrator.home, 'data/kici.db'));
      database.exec('update jobs set closed_at = 1');
      database.close();
      before = stored();
    });
    const source = workflowOf(
      `await ctx.secrets.get("DEPLOY_TOKEN"); await fetch("${gates.url}/expire"); await ctx.secrets.get("DEPLOY_TOKEN")`,
    );
    const { HOME = '', XDG_CONFIG_HOME = '' } = orchestrator.environment;
    const project = await makeProject({ 'main.ts': source }, { HOME, XDG_CONFIG_HOME, KICI_URL: orchestrator.url });
    const { code, stderr } = await project.run('run');
    await gates.stop();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('SecretUnavailableError') });
    expect(stderr).toContain('session_ended');
    expect(stderr).toContain('run the workflow again');
    expect(stored()).toBe(before);
  });
});

describe('a second orchestrator', () => {
  const start = (
    args: readonly string[],
    wanted: Wanted,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> =>
    expectRefusal('kici-orchestrator', args, wanted, {
      folder: orchestrator.home,
      environment: { KICI_DATA_DIR: join(orchestrator.home, 'data'), KICI_PORT: '0', ...environment },
    });

  it('on the same port', async () => {
    const { port } = new URL(orchestrator.url);
    await start(['--port', port], {
      code: 1,
      message: `something is already listening on 127.0.0.1:${port}`,
      nextStep: '--port',
    });
    expect(
      await runProgram('kici-admin', ['secret', 'list', '--scope', 'production'], {
        environment: orchestrator.environment,
      }),
    ).toMatchObject({ code: 0, stdout: expect.stringContaining('DEPLOY_TOKEN') });
  });

  it('with a data folder that cannot be written: a file in its place', async () => {
    const file = join(orchestrator.home, 'taken');
    await writeFile(file, 'a file, not a folder');
    await start(['--data-dir', file], { code: 1, message: 'cannot_open', nextStep: 'KICI_DATA_DIR' });
    expect(await readFile(file, 'utf8')).toBe('a file, not a folder');
  });

  it('with a data folder that cannot be written: nobody may, not even the administrator', async () => {
    await start(['--data-dir', '/proc/self/kici'], { code: 1, message: 'cannot_open', nextStep: 'KICI_DATA_DIR' });
  });

  it('with a wrong KICI_SECRET_KEY', async () => {
    const files = async (): Promise<string[]> => (await readdir(orchestrator.home, { recursive: true })).toSorted();
    const before = await files();
    await start(
      [],
      { code: 1, message: 'wrong_key', nextStep: 'start with the key that sealed it' },
      { KICI_SECRET_KEY: 'ee'.repeat(32) },
    );
    expect(await files()).toEqual(before);
  });
});

it('a home without anything stays without anything when its orchestrator cannot start', async () => {
  const home = join(orchestrator.home, 'never-made');
  const { code, stderr } = await runProgram('kici-orchestrator', ['--data-dir', join(home, 'data'), '--port', '0'], {
    environment: { ...cleanEnvironment(home), KICI_SECRET_KEY: canary },
  });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('openssl rand') });
  expect(stderr).not.toContain(canary);
  await expect(readdir(home)).rejects.toThrow('ENOENT');
});
