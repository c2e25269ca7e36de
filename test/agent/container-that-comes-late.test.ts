import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeGroup } from '../../src/agent/limits/remove-group.ts';
import { Journal, sweep } from '../../src/agent/mounts/journal.ts';
import { temporaryName } from '../../src/agent/mounts/temporary-name.ts';
import { processIdentity } from '../../src/agent/process/identity.ts';
import { finished, makeProject, withSteps } from './support/project.ts';
import { expectNothingLeft, watchdogOf } from './support/remains.ts';

/** Where a process can be frozen so that it does not end when it is killed: in control groups of the first version. */
const freezer = ((): string | undefined => {
  try {
    accessSync('/sys/fs/cgroup/freezer', constants.W_OK);
    return '/sys/fs/cgroup/freezer';
  } catch {
    return undefined;
  }
})();

/**
 * A file-based engine: it creates a container two seconds after the request, whether or not the requester still exists.
 */
const engine = `#!/bin/bash
state="$ENGINE_STATE"
case "$1" in
  info) echo '{"SecurityOptions":[],"Runtimes":{"runc":{}}}' ;;
  image) echo '{"Id":"sha256:0"}' ;;
  run)
    while [ "$1" != --name ]; do shift; done
    setsid bash -c 'echo $2 > "$0/asking"; mv "$0/asking" "$0/asked"; sleep 2; touch "$0/container-$1"; touch "$0/made"' "$state" "$2" $$ > /dev/null 2>&1 &
    exec sleep 300 ;;
  rm)
    if rm "$state/container-$4" 2> /dev/null; then echo "$4"; else echo "Error response from daemon: No such container: $4" >&2; fi ;;
esac
`;

describe('a container that is created after its command was killed', () => {
  it.each(['its command', 'the agent and its command', 'all of them and the watchdog'])(
    'is removed, after SIGKILL of %s',
    async (victim) => {
      const state = await mkdtemp(join(tmpdir(), 'kici-engine-'));
      onTestFinished(() => rm(state, { recursive: true, force: true }));
      const project = await makeProject({
        'main.ts': withSteps("step('s', () => {})", "container: { image: 'any' }"),
        'bin/docker': engine,
      });
      const agent = project.start(['run', '--sandbox', 'container'], { ENGINE_STATE: state });
      const ended = finished(agent);
      await expect.poll(() => existsSync(join(state, 'asked'))).toBe(true);
      if (victim.endsWith('watchdog')) process.kill(watchdogOf(project), 'SIGKILL');
      if (victim !== 'its command') agent.kill('SIGKILL');
      process.kill(Number(await readFile(join(state, 'asked'), 'utf8')), 'SIGKILL');
      const { code } = await ended;
      expect(code).toBe(victim === 'its command' ? 1 : 'SIGKILL');
      // The next agent may start before the container appears.
      if (victim.endsWith('watchdog'))
        expect((await finished(project.start(['list'], { ENGINE_STATE: state }))).code).toBe(0);
      await expect.poll(() => existsSync(join(state, 'made'))).toBe(true);
      await expectNothingLeft(project);
      expect((await readdir(state)).filter((name) => name.startsWith('container-'))).toEqual([]);
    },
  );
});

describe('the journal', () => {
  const container = temporaryName('container');

  async function journalOf(use: (journal: Journal) => Promise<void>, isThere: () => boolean): Promise<Journal> {
    const folder = await mkdtemp(join(tmpdir(), 'kici-journal-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const journal = await Journal.open(folder, async () => isThere());
    await use(journal);
    return journal;
  }

  it.each([
    ['that was removed', true, async () => undefined, false],
    ['that was made and is not known any more', false, async (journal: Journal) => journal.made(container), false],
    ['that is not known yet', false, async () => undefined, true],
  ])('of a container %s', async (_, isThere, more, isWaiting) => {
    const journal = await journalOf(
      async (opened) => {
        await opened.record(container);
        await more(opened);
      },
      () => isThere,
    );
    expect(await journal.close()).toBe(isWaiting);
    expect(existsSync(journal.path)).toBe(isWaiting);
  });

  it('of a dead agent stays for a minute while its container is not known, and goes with it', async () => {
    const journal = await journalOf(
      async (opened) => opened.record(container),
      () => false,
    );
    await journal.close();
    const { place } = await processIdentity();
    const path = join(dirname(journal.path), `${place}-4194304-1-${'a'.repeat(16)}.journal`);
    const lay = async (ageMs: number): Promise<void> => {
      await copyFile(journal.path, path);
      await utimes(path, new Date(), new Date(Date.now() - ageMs));
    };
    const swept = async (isThere: boolean): Promise<boolean> => sweep(dirname(path), place, async () => isThere);
    await lay(0);
    expect([await swept(false), existsSync(path)]).toEqual([true, true]);
    expect([await swept(true), existsSync(path)]).toEqual([false, false]);
    await lay(61_000);
    expect([await swept(false), existsSync(path)]).toEqual([false, false]);
  });

  it.skipIf(freezer === undefined)(
    'of a dead agent stays while a killed process has not ended (proven where a freezer group can be made)',
    async () => {
      const base = await mkdtemp(join(tmpdir(), 'kici-swept-'));
      onTestFinished(() => rm(base, { recursive: true, force: true }));
      const exchange = join(base, temporaryName('exchange'));
      const journal = await journalOf(
        async (opened) => opened.record(exchange),
        () => false,
      );
      await journal.close();
      const { place } = await processIdentity();
      await rename(journal.path, join(dirname(journal.path), `${place}-4194304-1-${'a'.repeat(16)}.journal`));
      const frozen = join(freezer ?? '', temporaryName('group'));
      await mkdir(frozen);
      const stuck = spawn('sleep', ['600'], {
        env: { KICI_ENV: join(exchange, 'env') },
        stdio: 'ignore',
        detached: true,
      });
      const ended = once(stuck, 'exit');
      onTestFinished(async () => {
        await writeFile(join(frozen, 'freezer.state'), 'THAWED');
        await removeGroup(frozen);
      });
      await writeFile(join(frozen, 'cgroup.procs'), `${stuck.pid}`);
      await writeFile(join(frozen, 'freezer.state'), 'FROZEN');
      const swept = async (): Promise<boolean> => sweep(dirname(journal.path), place, async () => false);
      expect(await swept()).toBe(true);
      await writeFile(join(frozen, 'freezer.state'), 'THAWED');
      await ended;
      expect([await swept(), await readdir(dirname(journal.path))]).toEqual([false, []]);
    },
  );

  it('names every thing on a line of its own, whatever was cut off by a full disk before it', async () => {
    const base = await mkdtemp(join(tmpdir(), 'kici-swept-'));
    onTestFinished(() => rm(base, { recursive: true, force: true }));
    const left = join(base, temporaryName('step'));
    await mkdir(left);
    const journal = await journalOf(
      async (opened) => {
        await appendFile(opened.path, join(base, temporaryName('step')).slice(0, -3));
        await opened.record(left);
      },
      () => false,
    );
    await journal.close();
    const { place } = await processIdentity();
    await rename(journal.path, join(dirname(journal.path), `${place}-4194304-1-${'a'.repeat(16)}.journal`));
    expect(await sweep(dirname(journal.path), place, async () => false)).toBe(false);
    expect(existsSync(left)).toBe(false);
  });
});
