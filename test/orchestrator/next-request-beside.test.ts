import { expect, it } from 'vitest';
import { open, set } from './support/jobs.ts';
import { codeOf, startServer } from './support/server.ts';

// Many requests at once, so that a turn of the event loop has several, of both: each looks for itself.
it('law 2: a secret or a session that is changed through one orchestrator is so for the next request on another beside it', async () => {
  const one = await startServer();
  await one.call('environments.create', { name: 'e', bind: ['s'] });
  await set(one, 's', 'K', 'value 0');
  const other = await startServer({ settings: { dataDir: one.dataDir } });
  const throughOther = other.as(one.owner);
  const job = await open(one, 'e');
  const reads = new Array<Promise<unknown>>();
  const readMany = (): void =>
    void reads.push(...Array.from({ length: 8 }, () => job.value('K').catch(() => undefined)));
  for (let round = 1; round <= 10; round += 1) {
    readMany();
    // oxlint-disable-next-line no-await-in-loop -- what comes next has to be the next request
    await set({ ...other, call: throughOther }, 's', 'K', `value ${round}`);
    // oxlint-disable-next-line no-await-in-loop -- what comes next has to be the next request
    expect(await job.value('K')).toBe(`value ${round}`);
  }
  readMany();
  await other.as(job.opened.jobToken)('jobs.close', { jobId: job.opened.jobId });
  expect(await codeOf(job.read('K'))).toBe('session_ended');
  await Promise.all(reads);
});
