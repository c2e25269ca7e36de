import { expect, it } from 'vitest';
import { makeProject } from './support/project.ts';

const workflow = `import { workflow, job, step, push } from '@kici-dev/sdk';
import { deploy } from '../../agent/modules/deploy.ts';
export default workflow('main', { on: push(), jobs: [job('a', { runsOn: 'default', steps: [step('s', async () => { await deploy(); })] })] });
`;
const called = (name: string, body: string) => `export async function ${name}(): Promise<void> {\n  ${body}\n}\n`;

it("an author's stack is whole in folders that are named as ours are, and has no frame of ours", async () => {
  const project = await makeProject({
    'main.ts': workflow,
    'agent/modules/deploy.ts': `import { copy } from '../step-host/copy.ts';\n${called('deploy', 'await copy();')}`,
    'agent/step-host/copy.ts': `import { fail } from '../../bundle/step-host.mjs';\n${called('copy', 'await fail();')}`,
    'bundle/step-host.mjs': called('fail', "throw new Error('mine');").replace(': Promise<void>', ''),
  });
  const { code, stderr } = await project.run('run');
  const frames = stderr.split('\n').flatMap((line) => /^\s+at .*?(\S+):\d+:\d+\)?$/.exec(line)?.[1] ?? []);
  expect(frames.map((place) => place.replace(/^.*\/project\//, ''))).toEqual([
    'bundle/step-host.mjs',
    'agent/step-host/copy.ts',
    'agent/modules/deploy.ts',
    '.kici/workflows/main.ts',
  ]);
  expect(code).toBe(1);
});
