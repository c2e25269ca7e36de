import { expect, it } from 'vitest';
import { makeProject, withSteps } from '../agent/support/project.ts';

it('a workflow whose import never ends is ended after 30 seconds, and so is a step that imports it', async () => {
  const reading = await makeProject({ 'main.ts': 'await new Promise(() => {});' });
  const began = performance.now();
  const { code, stderr } = await reading.run('run');
  const took = performance.now() - began;
  expect([code, stderr]).toEqual([1, expect.stringContaining('main.ts: its import did not end within 30 seconds')]);
  expect(took).toBeGreaterThan(29_000);
  expect(took).toBeLessThan(45_000);
  // The first process that imports it reads the workflows, the next runs the step.
  const running = await makeProject({
    'main.ts': `import { existsSync, writeFileSync } from 'node:fs';
if (existsSync('read')) await new Promise(() => { setInterval(() => {}, 1000); });
writeFileSync('read', '');
${withSteps("step('s', () => { console.log('RAN'); })", 'env: {}')}`,
  });
  const again = performance.now();
  const step = await running.run('run');
  expect([step.code, step.stderr]).toEqual([
    1,
    expect.stringContaining("the import of its workflow's file did not end within 30 seconds"),
  ]);
  expect(performance.now() - again).toBeGreaterThan(29_000);
}, 180_000);
