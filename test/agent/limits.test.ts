import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findControlGroups } from '../../src/agent/limits/control-groups.ts';
import { Limiter } from '../../src/agent/limits/limiter.ts';
import { amountOf, smallerOf, written } from '../../src/agent/limits/limits.ts';
import { removeGroup } from '../../src/agent/limits/remove-group.ts';
import { StepGroup } from '../../src/agent/limits/step-group.ts';
import { Journal } from '../../src/agent/mounts/journal.ts';
import { noSandbox } from '../../src/agent/sandbox/none.ts';
import { describeLane, missingVariable } from '../support/lane.ts';
import { bwrapMissing } from './support/bwrap.ts';
import { execLimits, execLimitsAnywhere, execWithoutGroups } from './support/exec-limits.ts';
import { groupsLeft, limitMatrix, limitRun } from './support/limit-matrix.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const groups =
  findControlGroups() === undefined ? 'this user can make no control groups of memory and processes' : undefined;
const engine =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image');

const hide = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', 'sh'];

describeLane({ name: 'control groups', missing: groups }, () => {
  describe('none', () => {
    limitMatrix('none');
  });

  describe('of `kici exec`', () => {
    execLimits(groupsLeft);
    execWithoutGroups(hide);
  });

  it.each([
    ['memory=2GiB', 0, 'the limit memory=2GiB holds for each process of a step by itself'],
    ['memory=256MiB', 1, 'the limit memory cannot be kept: this user can make no control group'],
    ['processes=100', 1, 'the limit processes cannot be kept: this user can make no control group'],
  ])('without them %s ends with code %i', async (limit, expected, message) => {
    const { code, stderr, stdout } = await limitRun({
      body: 'console.log("RAN")',
      before: hide,
      flags: ['--limit', limit],
    });
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
    expect(stdout.includes('RAN\n')).toBe(expected === 0);
  });
});

describeLane({ name: 'bwrap', missing: bwrapMissing ?? groups }, () => {
  limitMatrix('bwrap');
});

describeLane({ name: 'container', missing: engine }, () => {
  limitMatrix('container', `container: { image: '${image}' },`);
});

describe('limits of `kici exec`', () => {
  execLimitsAnywhere();
});

describe('a limit that cannot be kept', () => {
  it.each([
    ['tmp=1MiB', 'limit_unavailable: the limit tmp cannot be kept: the sandbox none has no /tmp of its own'],
    ['memory=1MiB', 'limit_unavailable: a step cannot have the limit memory=1MiB'],
    ['processes=3', 'limit_unavailable: a step cannot have the limit processes=3'],
    ['processes=3KiB', 'it takes NAME=AMOUNT'],
    ['memory=512', 'it takes NAME=AMOUNT'],
    ['cores=2', 'it takes NAME=AMOUNT'],
  ])('%s is an error before anything runs', async (limit, message) => {
    const { code, stdout, stderr } = await limitRun({ body: 'console.log("RAN")', flags: ['--limit', limit] });
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining(message)]);
    expect(stdout).not.toContain('RAN');
  });

  it("of a job's own fails it before its first step", async () => {
    const { code, stdout, stderr } = await limitRun({
      body: 'console.log("RAN")',
      options: "limits: { tmp: '1MiB' },",
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('limit_unavailable')]);
    expect(stdout).not.toContain('RAN');
  });
});

describe('where no control group can be made', () => {
  it('the kernel counts the processes of the namespace, of one user who is not root', async () => {
    const folder = await temporaryFolder();
    const journal = await Journal.open(join(folder, 'journal'), async () => false);
    const limiter = new Limiter(noSandbox(), { processes: 40 }, process.env['PATH'] ?? '', journal, () => undefined);
    const { inside } = await limiter.begin({ processes: 40 });
    await journal.close();
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const count =
      'my $n = 0; for (1 .. 60) { my $p = fork; last unless defined $p; sleep 60, exit unless $p; $n += 1; push @p, $p } kill 9, @p; print $n';
    const counted = [...asNobody, 'unshare', '--map-current-user', ...inside, 'perl', '-e', count];
    expect(spawnSync('env', counted, { encoding: 'utf8', cwd: '/' }).stdout).toBe('39');
  });
});

describe('control groups', () => {
  const second = {
    'proc/self/cgroup': '0::/user.slice/app.slice/run.scope\n',
    'proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n',
  };
  const base = 'sys/fs/cgroup/user.slice/app.slice';

  it.each([
    [
      'beside the own one, where the folder above gives its groups both controllers',
      { [`${base}/cgroup.subtree_control`]: 'cpu memory pids\n', [`${base}/cgroup.procs`]: '' },
      base,
    ],
    [
      'not where a controller is missing',
      { [`${base}/cgroup.subtree_control`]: 'cpu pids\n', [`${base}/cgroup.procs`]: '' },
      undefined,
    ],
    ['not where nobody may move processes', { [`${base}/cgroup.subtree_control`]: 'memory pids\n' }, undefined],
  ])('of the second version are made %s', async (_, files, expected) => {
    const root = await temporaryFolder();
    await mkdir(join(root, base, 'run.scope'), { recursive: true });
    for (const [name, text] of Object.entries({ ...second, ...files })) {
      await mkdir(join(root, name, '..'), { recursive: true });
      await writeFile(join(root, name), text);
    }
    const folder = expected === undefined ? undefined : join(root, expected);
    expect(findControlGroups(root)).toEqual(
      folder === undefined ? undefined : { memory: folder, processes: folder, version: 2 },
    );
  });

  it('of the second version get their limits, and tell which one was met', async () => {
    const folder = await temporaryFolder();
    const journal = await Journal.open(join(folder, 'journal'), async () => false);
    const group = await StepGroup.make(
      { memory: folder, processes: folder, version: 2 },
      { memory: 1_048_576, processes: 50 },
      journal,
    );
    const [name = ''] = (await readdir(folder)).filter((entry) => entry.startsWith('kici-group-'));
    const at = (file: string): string => join(folder, name, file);
    expect(group.entrances).toEqual([at('cgroup.procs')]);
    expect(await Promise.all(['memory.max', 'pids.max'].map((file) => readFile(at(file), 'utf8')))).toEqual([
      '1048576',
      '50',
    ]);
    expect(await group.exceeded()).toBeUndefined();
    await writeFile(at('pids.events'), 'max 3\n');
    expect(await group.exceeded()).toBe('processes');
    await writeFile(at('memory.events'), 'low 0\nmax 9\noom 1\noom_kill 1\n');
    expect(await group.exceeded()).toBe('memory');
    await journal.close();
  });
});

describe('what is made for a step', () => {
  const journalIn = async (folder: string): Promise<Journal> =>
    Journal.open(join(folder, 'journal'), async () => false);
  const groupsIn = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder)).filter((entry) => entry.startsWith('kici-group-'));

  it('is removed where a limit cannot be set', async () => {
    const [memory, journal] = [await temporaryFolder(), await journalIn(await temporaryFolder())];
    const half = { memory, processes: join(memory, 'missing'), version: 1 } as const;
    await expect(StepGroup.make(half, { processes: 50 }, journal)).rejects.toThrow('ENOENT');
    expect(await groupsIn(memory)).toEqual([]);
    await journal.close();
  });

  it('is removed with the groups that the step has made in it', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'group/a/b'), { recursive: true });
    await mkdir(join(folder, 'group/c'));
    await removeGroup(join(folder, 'group'));
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('amounts', () => {
  it('of processes are at most what a system has numbers for', () => {
    expect(amountOf('processes', '4194304')).toBe(4_194_304);
    expect(amountOf('processes', '4194305')).toBeUndefined();
  });

  it.each([
    ['memory', '512MiB', 536_870_912, '512MiB'],
    ['tmp', '1024KiB', 1_048_576, '1MiB'],
    ['output', '2GiB', 2_147_483_648, '2GiB'],
    ['processes', '64', 64, '64'],
  ] as const)('%s of %s', (name, text, amount, again) => {
    expect(amountOf(name, text)).toBe(amount);
    expect(written(name, amount)).toBe(again);
  });

  it('of a job and of a run: the smaller one holds', () => {
    expect(smallerOf({ memory: 2, tmp: 5 }, { memory: 3, output: 1 })).toEqual({ memory: 2, tmp: 5, output: 1 });
  });
});

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-limits-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
