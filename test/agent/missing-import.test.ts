import { expect, it } from 'vitest';
import { makeProject } from './support/project.ts';

const workflow = (imports: string, body: string): string =>
  `import { ${imports} } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('a', { runsOn: 'default', steps: [step('s', async (ctx) => { ${body} })] })] });
`;

it.each([
  ['in a workflow', 'push', workflow('workflow, job, step', '')],
  [
    'in a step',
    'SecretNotFoundError',
    workflow('workflow, job, step, push', 'ctx.log.info(String(SecretNotFoundError.is(undefined)));'),
  ],
])('an export of the SDK that is not imported is told as such: %s', async (_, name, source) => {
  const { code, stderr } = await (await makeProject({ 'main.ts': source })).run('run');
  expect(code).toBe(1);
  expect(stderr).toContain(`ReferenceError: ${name} is not defined`);
  expect(stderr).toContain(`${name} is exported by @kici-dev/sdk: import { ${name} } from '@kici-dev/sdk'`);
});

it('any other name is not', async () => {
  const source = workflow('workflow, job, step, push', 'ctx.log.info(toString.nowhere + Push);');
  const { stderr } = await (await makeProject({ 'main.ts': source })).run('run');
  expect(stderr).toContain('ReferenceError: Push is not defined');
  expect(stderr).not.toContain('is exported by');
});
