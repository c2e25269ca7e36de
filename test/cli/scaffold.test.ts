import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAdmin } from '../support/run-program.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-scaffold-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('kici-admin backend scaffold', () => {
  it('writes a backend whose conformance test passes', async () => {
    const outcome = await runAdmin(['backend', 'scaffold', 'vault-of-mine', '--json'], { cwd: folder });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(outcome.stdout)).toEqual({
      folder: join(folder, 'vault-of-mine'),
      files: ['README.md', 'conformance.test.ts', 'index.ts', 'package.json'],
    });
    for (const file of await readdir(join(folder, 'vault-of-mine')))
      expect(await readFile(join(folder, 'vault-of-mine', file), 'utf8')).not.toContain('my-store');

    const made = join(folder, 'vault-of-mine');
    await promisify(execFile)('npm', ['install', '--offline', '--no-audit', '--no-fund'], { cwd: made });
    const { NODE_TEST_CONTEXT: _outer, ...rest } = process.env;
    const env = { ...rest, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, NODE_OPTIONS: '' };
    const { stdout } = await promisify(execFile)('npm', ['test'], { cwd: made, env });
    expect(stdout).toMatch(/ fail 0\n/);
    expect(Number(/ pass (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(50);
  });

  it('fails where its test does not run, as under a Node.js that knows no TypeScript', async () => {
    await runAdmin(['backend', 'scaffold', 'mine'], { cwd: folder });
    const made = join(folder, 'mine');
    const { NODE_TEST_CONTEXT: _outer, ...rest } = process.env;
    const run = (env: NodeJS.ProcessEnv): Promise<unknown> =>
      promisify(execFile)('npm', ['test'], {
        cwd: made,
        env: { ...rest, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, ...env },
      });
    await expect(run({ NODE_OPTIONS: '--no-experimental-strip-types' })).rejects.toMatchObject({ code: 1 });
    await rm(join(made, 'conformance.test.ts'));
    await expect(run({ NODE_OPTIONS: '' })).rejects.toMatchObject({ code: 1 });
  });

  it('is about 40 lines of backend', async () => {
    const source = await readFile(join(root, 'src/cli/admin/scaffold/template/memory/index.ts'), 'utf8');
    const body = source.slice(
      source.indexOf('export function createBackend'),
      source.indexOf('export const definition'),
    );
    expect(body.trim().split('\n').length).toBeLessThanOrEqual(60);
  });

  it('writes one that speaks HTTP, with a stand-in for its service', async () => {
    const outcome = await runAdmin(['backend', 'scaffold', 'mine', '--wire', 'http', '--json'], { cwd: folder });
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      files: [
        'README.md',
        'answers.ts',
        'backend.ts',
        'client.ts',
        'index.ts',
        'package.json',
        'test/conformance.test.ts',
        'test/fake-service.ts',
      ],
    });
    expect(await readFile(join(folder, 'mine/index.ts'), 'utf8')).toContain("type: 'mine'");
  });

  it('touches nothing that exists', async () => {
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine/index.ts'), 'precious');
    const outcome = await runAdmin(['backend', 'scaffold', 'mine'], { cwd: folder });
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    expect(outcome.stderr).toContain('cannot_write');
    expect(await readFile(join(folder, 'mine/index.ts'), 'utf8')).toBe('precious');
  });

  it('refuses a name that could lead elsewhere', async () => {
    for (const name of ['../x', 'A', 'a/b', ''])
      expect(await runAdmin(['backend', 'scaffold', name], { cwd: folder })).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await readdir(folder)).toEqual([]);
  });
});
