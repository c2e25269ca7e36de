import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const heap = import.meta.resolve('../../src/cli/orchestrator/heap.ts');

/** MiB that V8 takes for new objects once 30 MiB of them have lived for a while. */
async function newSpaceAfter(preparation: string): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${preparation}
    const kept = [];
    for (let index = 0; index < 300_000; index += 1) kept.push({ index, list: [index] });
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(space.space_size / 1_048_576);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return Number(stdout);
}

it('keeps the part for new objects as small as it is', async () => {
  const [small, usual] = await Promise.all([
    newSpaceAfter(`import { keepHeapSmall } from ${JSON.stringify(heap)}; keepHeapSmall();`),
    newSpaceAfter(''),
  ]);
  expect(small).toBeLessThanOrEqual(4);
  expect(usual).toBeGreaterThan(8);
});
