import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { programFile } from '../../support/programs.ts';
import { journals, place } from './exec-place.ts';
import { finished } from './project.ts';

const eatsMemory = `exec ${process.execPath} -e 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))'`;
/** Leaves what it has started behind. */
const forks = `perl -e 'for (1 .. 40) { exit 3 unless defined(my $p = fork); sleep 60, exit unless $p }'`;

/** What `kici exec` keeps by control groups. @param groupsLeft such groups that are still there */
export function execLimits(groupsLeft: () => readonly string[]): void {
  it.each([
    ['processes=20', forks],
    ['memory=48MiB', eatsMemory],
  ])('%s is kept, told when the program meets it, and leaves no process', async (limit, script) => {
    const { exec, project } = await place();
    const { code, stderr, left } = await exec(`--only API_KEY --limit ${limit}`, 'bash', '-c', script);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(`limit_exceeded: the program exceeded its limit ${limit}`);
    expect([left, await journals(project), groupsLeft()]).toEqual([[], [], []]);
  });

  it('leave the program its environment, its signals and its exit code', async () => {
    const { project } = await place();
    const odd = { 'name.with-dots': 'x', 'BASH_FUNC_f%%': '() { :; }', BASH_ENV: '/nowhere' };
    const script =
      'print map { "$_=$ENV{$_}\\n" } sort keys %ENV; print grep /^Sig/, do { @ARGV = "/proc/self/status"; <> }; exit 9';
    const ran = async (...flags: string[]): Promise<readonly [unknown, readonly string[]]> => {
      const args = ['exec', '--environment', 'production', '--only', 'API_KEY', ...flags];
      const { code, stdout } = await finished(project.start([...args, '--', 'perl', '-e', script], odd));
      return [code, stdout.split('\n').filter((line) => !/^(?:_|PWD|SHLVL|SigQ)\b/.test(line))];
    };
    const plain = await ran();
    expect(plain).toEqual([9, expect.arrayContaining(['API_KEY=the-api-key', 'name.with-dots=x'])]);
    expect(await ran('--limit', 'memory=512MiB', '--limit', 'processes=500')).toEqual(plain);
  });

  it('say why a program does not start, as without', async () => {
    const { exec } = await place();
    const flags = '--only API_KEY --limit memory=512MiB';
    expect(await exec(flags, 'no-such-program')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('command_not_found'),
    });
    expect(await exec(flags, '/etc/passwd')).toMatchObject({
      code: 126,
      stderr: expect.stringContaining('command_not_started'),
    });
    expect(groupsLeft()).toEqual([]);
  });
}

/** Without control groups. @param hide what starts a program that sees none */
export function execWithoutGroups(hide: readonly string[]): void {
  it.each([
    ['memory=256MiB', 0, 'holds for each process of a program by itself', '268435456\n'],
    ['processes=100', 1, 'the limit processes cannot be kept: this user can make no control group', ''],
  ])('without them %s of a program ends with code %i', async (limit, expected, message, printed) => {
    const { project } = await place();
    const kici = [process.execPath, programFile('kici'), 'exec', '--environment', 'production', '--only', 'API_KEY'];
    const [file, ...args] = [...hide, ...kici, '--limit', limit, '--', 'prlimit', '--data', '-o', 'HARD', '--raw'];
    const child = spawn(file, [...args, '--noheadings'], { cwd: project.folder, env: project.environment });
    const { code, stdout, stderr } = await finished(child);
    expect([code, stdout, stderr]).toEqual([expected, printed, expect.stringContaining(message)]);
  });
}

/** What it keeps anywhere, or nowhere. */
export function execLimitsAnywhere(): void {
  it.each([[[]], [['--mask']]])(
    'output is cut where it has its limit, with %j, and the program ended',
    async (mask) => {
      const { exec } = await place();
      const flags = ['--only API_KEY --limit output=1KiB', ...mask].join(' ');
      const { code, stdout, stderr } = await exec(flags, 'sh', '-c', 'while :; do echo "$API_KEY"; done');
      expect([code, stdout.length]).toEqual([143, 1_024]);
      expect(stdout.startsWith(mask.length === 0 ? 'the-api-key\n' : '***\n')).toBe(true);
      expect(stderr).toContain('limit_exceeded: the program exceeded its limit output=1KiB');
    },
  );

  it('a program that succeeds all the same has failed', async () => {
    const { exec } = await place();
    const run = await exec('--only API_KEY --limit output=1KiB', 'sh', '-c', 'trap "" TERM; head -c 2000 /dev/zero');
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('limit_exceeded') });
  });

  it.each([
    [
      'tmp=1MiB',
      1,
      'limit_unavailable: the limit tmp cannot be kept: a program outside a sandbox has no /tmp of its own',
    ],
    ['memory=512', 2, 'it takes NAME=AMOUNT'],
  ])('%s is an error before any value is read', async (limit, expected, message) => {
    const { exec, api, project } = await place();
    const { code, stderr } = await exec(`--only API_KEY --limit ${limit}`, 'touch', 'ran');
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
    expect([api.calls, await readdir(project.folder), await journals(project)]).toEqual([[], ['.kici'], []]);
  });
}
