import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EarlyHost } from '../../src/agent/process/early-host.ts';
import { findNamespaces } from '../../src/agent/sandbox/namespaces.ts';
import { finished, makeProject, withSteps } from './support/project.ts';
import { expectNothingLeft } from './support/remains.ts';

/** Never comes to an end, so that a late kill also finds it at its start. */
const source = `import { writeFileSync } from 'node:fs';
writeFileSync('importing', '');
setInterval(() => {}, 1_000);
await new Promise(() => {});
${withSteps("step('never', () => { console.log('RAN'); })", 'env: {}')}`;

const childrenOf = (pid: number): readonly number[] => {
  const text = readIfThere(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  return text.split(' ').filter(Boolean).map(Number);
};

/** The first one that the agent has started, and what that has become in its namespace. */
const hostOf = (agent: number): number | undefined => childrenOf(agent)[0];
const innermostOf = (pid: number): number => {
  const [child] = childrenOf(pid);
  return child === undefined ? pid : innermostOf(child);
};
const runsNode = (pid: number): boolean =>
  readIfThere(() => readlinkSync(`/proc/${pid}/exe`)) === readlinkSync(`/proc/${process.pid}/exe`);

it.each<[string, (host: number, folder: string) => number | undefined]>([
  ['as soon as there is one', (host) => host],
  [
    'while Node.js starts in it',
    (host) => {
      const inner = innermostOf(host);
      return inner !== host && runsNode(inner) ? inner : undefined;
    },
  ],
  [
    'while it imports the workflow',
    (host, folder) => (existsSync(join(folder, 'importing')) ? innermostOf(host) : undefined),
  ],
])('a first process that is killed %s ends the run with an error, and leaves nothing', async (_, victimOf) => {
  const project = await makeProject({ 'main.ts': source });
  const agent = project.start(['run', 'main']);
  const outcome = finished(agent);
  let victim: number | undefined;
  while (victim === undefined && agent.exitCode === null) {
    await turn();
    const host = agent.pid === undefined ? undefined : hostOf(agent.pid);
    victim = host === undefined ? undefined : victimOf(host, project.folder);
  }
  if (victim === undefined) throw new Error('the run ended by itself');
  process.kill(victim, 'SIGKILL');
  const { code, stdout, stderr } = await outcome;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/ended before it had read one|its import ended the process/);
  await expectNothingLeft(project);
});

it('only the first word of a first process shows that namespaces work', async () => {
  const { folder } = await makeProject({ 'main.ts': withSteps('', 'env: {}') });
  const launch = (): EarlyHost => {
    const host = EarlyHost.launch(folder, process.env);
    if (host === undefined) throw new Error('there is a project');
    return host;
  };
  const [lasting, killed] = [launch(), launch()];
  killed.discard();
  expect(await killed.provenNamespaces()).toBeUndefined();
  expect((await lasting.provenNamespaces()) === undefined).toBe((await findNamespaces()) === undefined);
  lasting.discard();
  await Promise.all([lasting.child.gone, killed.child.gone]);
});

function readIfThere(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
