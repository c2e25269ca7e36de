import { expect, it } from 'vitest';
import { open, withProduction } from './support/jobs.ts';

it('shows the jobs that are open, with the keys that each has asked for, and no value', async () => {
  let now = Date.now();
  const server = await withProduction({ now: () => now });
  const first = await open(server, 'production');
  const second = await open(server, 'production', server.call, { job: 'second', lifetimeMs: 60_000 });
  const closed = await open(server, 'production', server.call, { job: 'closed' });
  await closed.close();
  await first.read('TOKEN');
  await first.read('NONE', 'TOKEN');
  const { jobs } = await server.call('jobs.list');
  expect(new Map(jobs.map(({ id, job, keys }) => [id, [job, keys]]))).toEqual(
    new Map([
      [first.opened.jobId, ['deploy', ['NONE', 'TOKEN']]],
      [second.opened.jobId, ['second', []]],
    ]),
  );
  expect(JSON.stringify(jobs)).not.toContain('hunter2');
  now += 120_000;
  expect((await server.call('jobs.list')).jobs.map(({ id }) => id)).toEqual([first.opened.jobId]);
});

it('shows no job whose token was revoked', async () => {
  const server = await withProduction();
  const { id, token } = await server.call('tokens.create', { name: 'ci', role: 'author' });
  await open(server, 'production', server.as(token));
  expect((await server.call('jobs.list')).jobs).toMatchObject([{ token: 'ci' }]);
  await server.call('tokens.revoke', { id });
  expect((await server.call('jobs.list')).jobs).toEqual([]);
});
