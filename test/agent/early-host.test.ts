import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EarlyHost } from '../../src/agent/process/early-host.ts';
import { findNamespaces, installedNamespaces } from '../../src/agent/sandbox/namespaces.ts';
import { finished, makeProject, withSteps } from './support/project.ts';
import { expectNothingLeft } from './support/remains.ts';

/** Does not come to an end before the test has killed a process, so that a late kill also finds it at its start. */
const source = `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
writeFileSync('importing', '');
while (!existsSync('killed')) await setTimeout(10);
${withSteps("step('one', () => { console.log('RAN'); })", 'env: {}')}`;

const childrenOf = (pid: number): readonly number[] => {
  const text = readIfThere(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  return text.split(' ').filter(Boolean).map(Number);
};

/** The first one that the agent has started, and what that has become in its namespace. */
const hostOf = ({ pid }: ChildProcess): number | undefined => (pid === undefined ? undefined : childrenOf(pid)[0]);
const innermostOf = (pid: number): number => {
  const [child] = childrenOf(pid);
  return child === undefined ? pid : innermostOf(child);
};
const runsNode = (pid: number): boolean =>
  readIfThere(() => readlinkSync(`/proc/${pid}/exe`)) === readlinkSync(`/proc/${process.pid}/exe`);

const early = [/RAN/, /ended before it had read one/];
it.each<[string, readonly RegExp[], (host: number, folder: string) => number | undefined]>([
  ['as soon as there is one', early, (host) => host],
  [
    'while Node.js starts in it',
    early,
    (host) => {
      const inner = innermostOf(host);
      return inner !== host && runsNode(inner) ? inner : undefined;
    },
  ],
  [
    'while it imports the workflow',
    [/its import ended the process/],
    (host, folder) => (existsSync(join(folder, 'importing')) ? innermostOf(host) : undefined),
  ],
])('a first process that is killed %s is replaced or ends the run, and leaves nothing', async (_, ends, victimOf) => {
  const project = await makeProject({ 'main.ts': source });
  const agent = project.start(['run', 'main']);
  const outcome = finished(agent);
  let victim: number | undefined;
  await until(agent, () => {
    const host = hostOf(agent);
    victim = host === undefined ? undefined : victimOf(host, project.folder);
    return victim !== undefined;
  });
  process.kill(victim ?? 0, 'SIGKILL');
  writeFileSync(join(project.folder, 'killed'), '');
  const { code, stdout, stderr } = await outcome;
  // Before it has spoken, another takes its place.
  const [end] = ends.filter((text) => text.test(`${stdout}${stderr}`));
  expect([code, end], stderr).toEqual([end === early[0] ? 0 : 1, expect.any(RegExp)]);
  await expectNothingLeft(project);
});

it('only the first word of a first process shows that namespaces work, and without it the process is not taken', async () => {
  const { folder, environment, temporary } = await makeProject({ 'main.ts': withSteps('', 'env: {}') });
  const launch = (): EarlyHost => {
    const host = EarlyHost.launch(folder, environment);
    if (host === undefined) throw new Error('there is a project');
    return host;
  };
  const running = new AbortController().signal;
  const [lasting, silent, killed] = [launch(), launch(), launch()];
  killed.discard();
  // Nothing can have arrived by then.
  expect(await silent.provenNamespaces(AbortSignal.abort())).toBeUndefined();
  const isProof = installedNamespaces() !== undefined;
  const isTaken = (host: EarlyHost): boolean => host.take(folder, temporary, isProof);
  expect(isTaken(silent)).toBe(!isProof);
  expect(await killed.provenNamespaces(running)).toBeUndefined();
  expect(isTaken(killed)).toBe(!isProof);
  const works = (await findNamespaces()) !== undefined;
  expect((await lasting.provenNamespaces(running)) !== undefined).toBe(works);
  expect(isTaken(lasting)).toBe(!isProof || works);
  for (const { child } of [lasting, silent]) child.kill();
  await Promise.all([lasting, silent, killed].map(({ child }) => child.gone));
});

it('a run whose first process is stopped before it speaks can be cancelled', async () => {
  const project = await makeProject({ 'main.ts': source });
  const agent = project.start(['run', 'main']);
  const outcome = finished(agent);
  await until(agent, () => stopGroup(hostOf(agent)));
  // From then on, a signal cancels it.
  await until(agent, () => existsSync(join(project.home, '.local/state/kici/journal')));
  agent.kill('SIGINT');
  const { code, stderr } = await outcome;
  expect([code, stderr]).toEqual([130, expect.stringContaining('the run was cancelled')]);
  await expectNothingLeft(project);
});

async function until(agent: ChildProcess, is: () => boolean): Promise<void> {
  while (!is()) {
    if (agent.exitCode !== null) throw new Error('the run ended by itself');
    await turn();
  }
}

/** @returns whether it has begun, without which its starter would be stopped with it */
function stopGroup(leader: number | undefined): boolean {
  const command = readIfThere(() => readFileSync(`/proc/${leader}/cmdline`, 'utf8'));
  return leader !== undefined && command.includes('step-host') && process.kill(-leader, 'SIGSTOP');
}

function readIfThere(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
