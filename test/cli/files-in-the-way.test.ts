import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { cleanEnvironment, programFile, runProgram, type ProgramName } from '../support/programs.ts';
import { startWireApi } from '../support/wire-api.ts';

let home: string;
let url: string;
beforeEach(async () => {
  const api = await startWireApi({});
  onTestFinished(() => api.close());
  ({ url } = api);
  home = await mkdtemp(join(tmpdir(), 'kici-in-the-way-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
});

/** Things that can be in the place of one of our files. @returns the path */
const lay: Readonly<Record<string, (path: string) => Promise<string> | string>> = {
  'a FIFO': (path) => {
    execFileSync('mkfifo', [path]);
    return path;
  },
  'a folder': async (path) => {
    await mkdir(path);
    return path;
  },
  'a device': () => '/dev/null',
  'an endless file': () => '/dev/zero',
  'an oversized file': async (path) => {
    await writeFile(path, 'x'.repeat(2_000_000));
    return path;
  },
  'an empty file': async (path) => {
    await writeFile(path, '\n');
    return path;
  },
  nothing: (path) => path,
};

const problems: Readonly<Record<string, RegExp>> = {
  'a FIFO': /is a FIFO/,
  'a folder': /is a folder, not a plain file/,
  'a device': /is a device, not a plain file/,
  'an endless file': /is a device, not a plain file/,
  'an oversized file': /has more than the allowed \d+ bytes/,
  'an empty file': /it is empty|is not a key|JSON/,
  nothing: /ENOENT|is not there/,
};

const workflow = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('j', { runsOn: 'default', environment: 'production', steps: [step('s', () => { console.log('RAN'); })] })] });`;

const kinds = Object.keys(lay);
const places: readonly (readonly [string, ProgramName, readonly string[], readonly string[]])[] = [
  ['the token file of kici-admin', 'kici-admin', ['secret', 'list', '--scope', 'a', '--token-file'], kinds],
  ['the token file of kici', 'kici', ['run', '--token-file'], kinds],
  ['the configuration of the server', 'kici-orchestrator', ['--port', '0', '--config'], kinds],
  ['the key file of the server', 'kici-orchestrator', ['--port', '0', '--secret-key-file'], kinds],
  [
    'a package of backends',
    'kici-orchestrator',
    ['--port', '0', '--backend-packages'],
    ['a FIFO', 'a device', 'an endless file', 'nothing'],
  ],
];

it.each(places.flatMap(([place, program, args, of]) => of.map((kind) => [kind, place, program, args] as const)))(
  '%s in place of %s neither hangs nor ends in silence',
  async (kind, _, program, args) => {
    await mkdir(join(home, '.kici/workflows'), { recursive: true });
    await writeFile(join(home, '.kici/workflows/main.ts'), workflow);
    const path = (await lay[kind]?.(join(home, 'it'))) ?? '';
    const { code, stderr, stdout } = await runProgram(program, [...args, path], {
      folder: home,
      environment: { ...cleanEnvironment(home), KICI_URL: url, KICI_DATA_DIR: join(home, 'data') },
    });
    expect([1, 2], stderr).toContain(code);
    expect(stderr).toMatch(problems[kind] ?? /^$/);
    expect(stdout).not.toContain('RAN');
  },
);

it('a start whose list of data folders is not a plain file says so', async () => {
  await mkdir(join(home, '.config/kici'), { recursive: true });
  execFileSync('mkfifo', [join(home, '.config/kici/data-folders')]);
  const { code, stderr } = await runProgram('kici-orchestrator', ['--port', '0', '--data-dir', join(home, 'data')], {
    environment: cleanEnvironment(home),
  });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/data-folders \(it is a FIFO, not a plain file\)/)]);
});

it.each(['cat <(echo agent-token)', 'sleep 0.5; echo agent-token'])(
  'a token comes through a pipe: %s',
  async (writer) => {
    const api = await startWireApi({ 'scopes.list': () => ({ scopes: [], folders: [], total: 0, unavailable: [] }) });
    onTestFinished(() => api.close());
    const script = `exec "$0" "$1" scope list --url "$2" --token-file <(${writer})`;
    const child = spawn('bash', ['-c', script, process.execPath, programFile('kici-admin'), api.url], {
      env: cleanEnvironment(home),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    for await (const chunk of child.stderr) errors += String(chunk);
    expect(
      api.calls.map(({ token }) => token),
      errors,
    ).toEqual(['agent-token']);
  },
);
