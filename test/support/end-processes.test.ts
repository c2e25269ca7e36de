import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endProcesses } from './end-processes.ts';
import { parents } from './process-table.ts';

it('what a test has started and not ended is ended, with what that has started', async () => {
  const script = 'sleep 300 & echo $!; exec sleep 300';
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = once(child, 'exit');
  const [line] = await once(child.stdout, 'data');
  const isThere = async (): Promise<boolean> => (await parents()).has(Number(line));
  expect(await isThere()).toBe(true);
  await endProcesses();
  expect(await ended).toEqual([null, 'SIGKILL']);
  await expect.poll(isThere).toBe(false);
});
