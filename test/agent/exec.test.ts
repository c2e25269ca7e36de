import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isGroupAlive } from '../../src/agent/process/process-status.ts';
import { programFile } from '../support/programs.ts';
import { journals, place, secrets } from './support/exec-place.ts';
import { keysRead, type FakeSecrets } from './support/fake-jobs.ts';
import { finished, type Outcome, type Project } from './support/project.ts';

describe('kici exec', () => {
  it('gives a program what was named, and the rest of its environment, but for the token', async () => {
    const { exec, api, project } = await place();
    const { code, stdout, stderr, left } = await exec('--only API_KEY --only DB_* --prefix APP_', 'env');
    expect([code, stderr, left]).toEqual([0, '', []]);
    const lines = stdout.split('\n');
    for (const line of ['APP_API_KEY=the-api-key', 'APP_DB_PASSWORD=hunter2hunter2', 'REGION=eu', 'OWN=from-outside'])
      expect(lines).toContain(line);
    expect(stdout).not.toMatch(/canary|certificate|LATER/);
    expect(api.calls[0]?.input).toMatchObject({ secrets: ['API_KEY', 'DB_*'], workflow: 'kici exec', job: 'env' });
    // The session is closed before the program starts.
    expect(api.calls.map(({ id }) => id)).toEqual(['jobs.open', 'jobs.read', 'jobs.close']);
    expect(keysRead(api)).toEqual([['API_KEY', 'DB_PASSWORD']]);
    expect(await journals(project)).toEqual([]);
  });

  it('writes files that only the caller reads, and that are gone when the program has ended', async () => {
    const { exec, project } = await place();
    const { code, stdout, left } = await exec(
      '--all --file CERT=tls.crt',
      'sh',
      '-c',
      'stat -c %a "$CERT" "$(dirname "$CERT")"; cat "$CERT"; echo "$API_KEY $CERT"; env | grep -c crt=; exit 3',
    );
    expect([code, left]).toEqual([3, []]);
    expect(stdout).toMatch(/^600\n700\ncertificate\nthe-api-key \/.*\/kici-step-[0-9a-f]{32}\/secret\n0\n$/);
    expect(await journals(project)).toEqual([]);
  });

  it('counts no key among all or a pattern that is deleted wherever it was', async () => {
    const { exec } = await place({ ...secrets, gone: ['API_KEY_OLD'] });
    for (const flags of ['--all --file CERT=tls.crt', '--only API_KEY*'])
      expect(await exec(flags, 'env')).toMatchObject({ code: 0, stdout: expect.stringContaining('API_KEY=') });
    expect(await exec('--only API_KEY_OLD', 'env')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('API_KEY_OLD is unavailable'),
    });
  });

  it('hands over nothing that was not named, and says so', async () => {
    const { project, api } = await place();
    const run = (...args: string[]): Promise<Outcome> => project.run('exec', ...args, '--', 'touch', 'ran');
    expect(await run('--environment', 'production')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('neither --only nor --all'),
    });
    expect(await run('--only', 'API_KEY')).toMatchObject({ code: 2, stderr: expect.stringContaining('--environment') });
    expect(await run('--environment', 'production', '--only', 'A', '--all')).toMatchObject({ code: 2 });
    expect(await run('--environment', 'production', '--file', 'CERT')).toMatchObject({ code: 2 });
    expect(await project.run('exec', '--environment', 'production', '--all')).toMatchObject({ code: 2 });
    expect(api.calls).toEqual([]);
    expect(await readdir(project.folder)).toEqual(['.kici']);
  });

  it.each<[string, FakeSecrets, string, string]>([
    [
      'a missing key',
      secrets,
      '--only NOPE --only DB_PASSWORD --only ALSO_NOPE',
      'secret_missing: not every secret has a value: there is no NOPE; there is no ALSO_NOPE',
    ],
    [
      'an unset key',
      secrets,
      '--only LATER',
      'secret_missing: not every secret has a value: LATER is declared and not set',
    ],
    [
      'an outage, for --all too',
      { values: { A: 'a-value' }, unavailable: { B: 'sealed' } },
      '--all',
      'secret_unavailable: B is unavailable',
    ],
    [
      'a name that no shell reads',
      secrets,
      '--all',
      'variable_refused: no shell can read an environment variable called "tls.crt"',
    ],
    [
      'a name that changes how programs load code',
      { values: { LD_PRELOAD: 'evil.so' } },
      '--all',
      'variable_refused: the environment variable LD_PRELOAD',
    ],
    ['a prefix that makes such a name', { values: { PRELOAD: 'evil.so' } }, '--all --prefix LD_', 'variable_refused'],
    ['a variable for a file that makes one', secrets, '--file NODE_OPTIONS=API_KEY', 'variable_refused'],
    [
      'one name for two',
      secrets,
      '--only API_KEY --file API_KEY=DB_PASSWORD',
      'two secrets map to the variable API_KEY',
    ],
    [
      'a value that is not text',
      { values: { KEY: Buffer.of(0xff, 0) } },
      '--only KEY',
      'hand it over as a file: --file VARIABLE=KEY',
    ],
    [
      'a value that no program can be given',
      { values: { KEY: 'x'.repeat(131_072) } },
      '--only KEY',
      'variable_too_large',
    ],
  ])('does not start a program for %s', async (_, given, flags, message) => {
    const { exec, project } = await place(given);
    const { code, stderr, left } = await exec(flags, 'touch', 'ran');
    expect([code, left]).toEqual([1, []]);
    expect(stderr).toContain(message);
    expect(await readdir(project.folder)).toEqual(['.kici']);
  });

  it('takes binary values as files, and says why a program does not start', async () => {
    const { exec } = await place({ values: { KEY: Buffer.of(0xff, 0, 1) } });
    expect(await exec('--file F=KEY', 'sh', '-c', 'od -An -tx1 "$F"')).toMatchObject({
      code: 0,
      stdout: ' ff 00 01\n',
    });
    expect(await exec('--file F=KEY', 'no-such-program')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('command_not_found'),
      left: [],
    });
    expect(await exec('--file F=KEY', '/')).toMatchObject({ code: 126, left: [] });
  });

  it('masks on request, byte for byte otherwise', async () => {
    const { exec } = await place();
    const script =
      'printf "%s" "$API_KEY" | base64; printf "a%s" "$API_KEY"; printf "\\377e%s\\n" "$API_KEY" >&2; exit 5';
    const masked = await exec('--only API_KEY --mask', 'sh', '-c', script);
    expect([masked.code, masked.stdout]).toEqual([5, '***\na***']);
    expect(masked.stderr).toMatch(/^.e\*\*\*\n$/);
    expect(await exec('--only API_KEY', 'sh', '-c', script)).toMatchObject({
      code: 5,
      stdout: `${Buffer.from('the-api-key').toString('base64')}\nathe-api-key`,
    });
  });

  it('gives the program its own standard input', async () => {
    const { project } = await place();
    for (const flags of [[], ['--mask']]) {
      const child = spawn(
        process.execPath,
        [
          programFile('kici'),
          'exec',
          '--environment',
          'production',
          '--only',
          'API_KEY',
          ...flags,
          '--',
          'tr',
          'a-z',
          'A-Z',
        ],
        { cwd: project.folder, env: project.environment, stdio: ['pipe', 'pipe', 'pipe'] },
      );
      const done = finished(child);
      child.stdin.end('typed here\n'.repeat(20_000));
      expect(await done).toMatchObject({ code: 0, stdout: 'TYPED HERE\n'.repeat(20_000) });
    }
  });
});

/** Starts a script that reports when it is ready; its mounted file exists until it ends. */
async function started(
  script: string,
  ...flags: string[]
): Promise<{
  readonly child: ChildProcess;
  readonly project: Project;
  readonly outcome: Promise<Omit<Outcome, 'left'>>;
}> {
  const { project } = await place();
  const child = project.start([
    'exec',
    '--environment',
    'production',
    '--file',
    'CERT=tls.crt',
    ...flags,
    '--',
    'bash',
    '-c',
    script,
  ]);
  const outcome = finished(child);
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('ready')) resolve();
    });
  });
  expect(await project.leftovers()).toHaveLength(1);
  return { child, project, outcome };
}

const wait = 'while :; do sleep 0.05; done';

describe('a signal', () => {
  it.each<[NodeJS.Signals, string, number]>([
    ['SIGINT', `trap 'echo caught; exit 7' INT; echo ready; ${wait}`, 7],
    ['SIGTERM', `trap 'echo caught; exit 8' TERM; echo ready; ${wait}`, 8],
    ['SIGUSR2', `trap 'echo caught; exit 9' USR2; echo ready; ${wait}`, 9],
    ['SIGINT', `echo ready; exec sleep 60`, 130],
    ['SIGTERM', `echo ready; exec sleep 60`, 143],
    ['SIGHUP', `echo ready; exec sleep 60`, 129],
    // bash ignores it until it has become another program.
    ['SIGQUIT', `exec sh -c 'ulimit -c 0; echo ready; exec sleep 60'`, 131],
  ])('%s reaches %s, whose exit code is %i, and leaves nothing', async (signal, script, expected) => {
    const { child, project, outcome } = await started(script);
    child.kill(signal);
    expect((await outcome).code).toBe(expected);
    expect([await project.leftovers(), await journals(project)]).toEqual([[], []]);
  });

  it('that the program gives itself is told as shells tell it', async () => {
    const script = 'echo ready; until test -e go; do sleep 0.05; done; kill -KILL $$';
    const { outcome, project } = await started(script, '--mask');
    await writeFile(join(project.folder, 'go'), '');
    expect((await outcome).code).toBe(137);
    expect(await project.leftovers()).toEqual([]);
  });

  it('that a program ignores changes nothing, but for SIGTERM, after which it has five seconds', async () => {
    const script = `trap '' INT TERM; echo ready; ${wait}`;
    const { child, project, outcome } = await started(script);
    child.kill('SIGINT');
    child.kill('SIGINT');
    const began = performance.now();
    child.kill('SIGTERM');
    expect((await outcome).code).toBe(137);
    expect(performance.now() - began).toBeGreaterThan(4_500);
    expect([await project.leftovers(), await journals(project)]).toEqual([[], []]);
  });

  it('that a program has survived does not keep it from ending with the parent of kici', async () => {
    const { project } = await place();
    const program = `trap 'echo survived' INT; trap 'echo told; exit' TERM; echo "ready $PPID"; ${wait}`;
    const kici = [process.execPath, programFile('kici'), 'exec', '--environment', 'production', '--only', 'API_KEY'];
    // One group, which nobody signals.
    const parent = spawn('sh', ['-c', '"$@"; true', 'sh', ...kici, '--', 'bash', '-c', program], {
      cwd: project.folder,
      env: project.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    onTestFinished(() => {
      if (parent.pid !== undefined && isGroupAlive(parent.pid)) process.kill(-parent.pid, 'SIGKILL');
    });
    let printed = '';
    for await (const chunk of parent.stdout) {
      const before = printed;
      printed += String(chunk);
      const [, pid] = /ready (\d+)\n/.exec(printed) ?? [];
      if (pid !== undefined && !before.includes('ready')) process.kill(Number(pid), 'SIGINT');
      if (printed.includes('survived')) parent.kill('SIGKILL');
    }
    expect(printed).toMatch(/^ready \d+\nsurvived\ntold\n$/);
  });

  it('that kills kici itself leaves no file: its watchdog removes them', async () => {
    const { child, project, outcome } = await started('echo ready; while test -e "$CERT"; do sleep 0.05; done');
    child.kill('SIGKILL');
    // The program ends, and its output with it, once its file is gone.
    expect((await outcome).code).toBe('SIGKILL');
    expect(await project.leftovers()).toEqual([]);
  });
});
