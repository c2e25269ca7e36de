import { describe, expect, it } from 'vitest';
import type { JobData } from '../../src/agent/channel/to-agent.ts';
import { chooseJobs } from '../../src/agent/run/choose-jobs.ts';
import type { JobStatus } from '../../src/agent/run/events.ts';
import { runSchedule } from '../../src/agent/run/schedule.ts';

const jobOf = (name: string, ...needs: readonly string[]): JobData => ({
  name,
  needs: [...needs],
  runsOn: ['default'],
  env: {},
  network: false,
  steps: [{ name: 's' }],
});

/** Jobs that end when told to. */
function start(jobs: readonly JobData[], limit: number) {
  const running = new Map<string, (status: JobStatus) => void>();
  const started: string[] = [];
  const passed: string[] = [];
  const abort = new AbortController();
  const done = runSchedule({
    jobs,
    limit,
    signal: abort.signal,
    run: async ({ name }) =>
      new Promise((resolve) => {
        started.push(name);
        running.set(name, resolve);
      }),
    passOver: ({ name }, status, because) => passed.push([name, status, ...because].join(' ')),
  });
  const end = async (name: string, status: JobStatus = 'succeeded'): Promise<void> => {
    running.get(name)?.(status);
    await new Promise(setImmediate);
  };
  return { started, passed, done, end, abort };
}

describe('jobs', () => {
  it('start as soon as all that they need has succeeded, whatever else runs', async () => {
    const { started, end, done } = start([jobOf('d', 'b', 'c'), jobOf('c'), jobOf('b', 'a'), jobOf('a')], 9);
    expect(started).toEqual(['c', 'a']);
    await end('a');
    expect(started).toEqual(['c', 'a', 'b']);
    await end('b');
    await end('c');
    expect(started).toEqual(['c', 'a', 'b', 'd']);
    await end('d');
    expect([...(await done).values()]).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
  });

  it('run no more at a time than they may, in the order of the workflow', async () => {
    const { started, end, done } = start(
      ['a', 'b', 'c', 'd'].map((name) => jobOf(name)),
      2,
    );
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd']) await end(name);
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    expect((await done).size).toBe(4);
  });

  it('are skipped with the reason where a job that they need has failed, and the others go on', async () => {
    const jobs = [
      jobOf('late', 'second'),
      jobOf('second', 'bad', 'good'),
      jobOf('bad'),
      jobOf('good'),
      jobOf('after', 'good'),
    ];
    const { started, passed, end, done } = start(jobs, 1);
    await end('bad', 'failed');
    await end('good');
    await end('after');
    expect(started).toEqual(['bad', 'good', 'after']);
    expect(passed).toEqual(['second skipped bad', 'late skipped second']);
    expect(Object.fromEntries(await done)).toEqual({
      bad: 'failed',
      good: 'succeeded',
      after: 'succeeded',
      second: 'skipped',
      late: 'skipped',
    });
  });

  it('are cancelled, not skipped, where the run is', async () => {
    const { started, passed, end, abort, done } = start([jobOf('a'), jobOf('b'), jobOf('c', 'a')], 1);
    abort.abort();
    await end('a', 'cancelled');
    expect(started).toEqual(['a']);
    expect(passed).toEqual(['b cancelled', 'c cancelled a']);
    expect([...(await done).values()]).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('a fault in one of them is told when no other runs any more', async () => {
    let ended = false;
    const done = runSchedule({
      jobs: [jobOf('faulty'), jobOf('slow')],
      limit: 2,
      signal: new AbortController().signal,
      run: async ({ name }) => {
        if (name === 'faulty') throw new TypeError('a fault');
        await new Promise(setImmediate);
        ended = true;
        return 'succeeded';
      },
      passOver: () => undefined,
    });
    await expect(done).rejects.toThrow('a fault');
    expect(ended).toBe(true);
  });
});

describe('the jobs of a run', () => {
  const workflow = {
    name: 'w',
    on: [{ event: 'push' as const }],
    jobs: [jobOf('d', 'c'), jobOf('c', 'a'), jobOf('b'), jobOf('a')],
  };

  it('are all, or those that are named with all that they need', () => {
    const names = (...wanted: string[]): readonly string[] =>
      chooseJobs(workflow, { jobs: wanted, steps: [] }).map(({ name }) => name);
    expect(names()).toEqual(['d', 'c', 'b', 'a']);
    expect(names('c')).toEqual(['c', 'a']);
    expect(names('b', 'd')).toEqual(['d', 'c', 'b', 'a']);
    expect(() => names('deploy')).toThrow('the workflow "w" has no job "deploy"');
  });
});
