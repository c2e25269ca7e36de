import { expect, it } from 'vitest';
import { makeProject } from './support/project.ts';

const workflowFile = (name: string, from: string): string => `import { push, workflow } from '@kici-dev/sdk';
import { jobOf } from '${from}';
export default workflow('${name}', { on: push(), jobs: [jobOf('${name}')] });
`;

const shared = {
  '.kici/shared/jobs.ts': `import { job } from '@kici-dev/sdk';
import { greeting } from './steps/greeting.ts';
export const jobOf = (name: string) => job(name, { runsOn: 'default', steps: [greeting(name)] });
`,
  '.kici/shared/steps/greeting.ts': `import { step } from '@kici-dev/sdk';
import { word } from '../../../src/word.mjs';
export const greeting = (name: string) => step('greet', () => console.log(word + ' from ' + name));
`,
  'src/word.mjs': "export const word = 'hello';",
  'a.ts': workflowFile('a', '../shared/jobs.ts'),
  'z.ts': workflowFile('z', '../shared/jobs.ts'),
};

/** What is wrong with a module, by the name of the workflow that imports it, and what is told. */
const broken: Readonly<Record<string, readonly [text: string, told: string]>> = {
  throws: ["export const jobOf = 1;\nthrow new Error('at import');", 'Error: at import'],
  invalid: ['export const = 1;', 'SyntaxError'],
  lacks: ['export const other = 1;', "does not provide an export named 'jobOf'"],
  misses: ["export { jobOf } from './missing.ts';", 'missing.ts'],
  ends: ['export const jobOf = 1;\nprocess.exit(0);', 'its import ended the process'],
};

it('workflow files whose shared modules are broken are named each, with the reason, and the others run', async () => {
  const files = Object.entries(broken).flatMap(([name, [text]]) => [
    [`.kici/shared/${name}.ts`, text],
    [`${name}.ts`, workflowFile(name, `../shared/${name}.ts`)],
  ]);
  const project = await makeProject({ ...shared, ...Object.fromEntries(files) });
  const { code, stdout, stderr, left } = await project.run('run', 'z');
  expect([code, left, stdout]).toEqual([0, [], expect.stringContaining('hello from z\n')]);
  const problems = new Map(
    stderr.split(/^(?=\.kici\/workflows\/)/m).map((text) => [/workflows\/(\w+)\.ts: /.exec(text)?.[1], text]),
  );
  // And not a, which shares its modules with z.
  expect(new Set(problems.keys())).toEqual(new Set(Object.keys(broken)));
  for (const [file, [, told]] of Object.entries(broken)) expect(problems.get(file)).toContain(told);
});
