import { describe, expect, it } from 'vitest';
import { errorOf, startServer } from './support/server.ts';
import { add, open, set, withProduction } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';

describe('a job that states its keys', () => {
  it('gets no other, under its own token, and the audit log names what was refused', async () => {
    const server = await withProduction();
    for (const key of ['AGE_KEY_1', 'AGE_KEY_2', 'OTHER']) await set(server, 'production', key, `value-of-${key}`);
    const job = await open(server, 'production', server.call, { secrets: ['TOKEN', 'AGE_KEY_*'] });
    expect(job.opened.catalogue.map(({ key }) => key)).toEqual(['AGE_KEY_1', 'AGE_KEY_2', 'TOKEN']);
    expect(job.opened.missing).toEqual([]);
    expect(await job.value('AGE_KEY_2')).toBe('value-of-AGE_KEY_2');
    expect((await job.read('OTHER', 'TOKEN', 'NEVER')).map(({ key, status }) => [key, status])).toEqual([
      ['TOKEN', 'sealed'],
      ['OTHER', 'refused'],
      ['NEVER', 'refused'],
    ]);
    const { rows } = await server.call('audit.list', {});
    const reads = rows.filter(({ operation }) => operation === 'jobs.read');
    expect(JSON.stringify(reads)).toContain('{"key":"OTHER","status":"refused"}');
    expect(JSON.stringify(rows.filter(({ operation }) => operation === 'jobs.open'))).toContain('AGE_KEY_*');
  });

  it('is held to it after a restart of the orchestrator, and cannot take it back', async () => {
    const server = await withProduction();
    await set(server, 'production', 'OTHER');
    const job = await open(server, 'production', server.call, { secrets: ['TOKEN'] });
    const again = await startServer({ settings: { dataDir: server.dataDir } });
    const asJob = again.as(job.opened.jobToken);
    const { secrets } = await asJob('jobs.read', { jobId: job.opened.jobId, keys: ['OTHER', 'TOKEN'] });
    expect(secrets.map(({ key, status }) => [key, status])).toEqual([
      ['TOKEN', 'sealed'],
      ['OTHER', 'refused'],
    ]);
    server.tamper(`update jobs set catalogue = replace(catalogue, '"stated":["TOKEN"]', '"stated":["*"]')`);
    const third = await startServer({ settings: { dataDir: server.dataDir } });
    const attempt = third.as(job.opened.jobToken)('jobs.read', { jobId: job.opened.jobId, keys: ['OTHER'] });
    expect(await errorOf(attempt)).toMatchObject({ name: 'ApiError' });
  });

  it('asks no backend for a key that it does not state', async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps HIDDEN': 'v' });
    service.touch(ref('apps HIDDEN')).hidden = true;
    await add(server, 'slow', address, { settings: { address, consistency: 'eventual' } });
    await server.call('environments.create', { name: 'e', bind: ['slow:apps'] });
    const job = await open(server, 'e', server.call, { secrets: [] });
    const before = service.requests;
    expect(await job.read('HIDDEN')).toEqual([{ key: 'HIDDEN', status: 'refused' }]);
    expect(service.requests).toBe(before);
  });

  it('hears at once of all that it states in vain, with near matches; a pattern may select nothing', async () => {
    const server = await withProduction();
    await server.call('secrets.declare', { scope: 'production', key: 'LATER' });
    const { opened } = await open(server, 'production', server.call, {
      secrets: ['TOKN', 'LATER', 'UNHEARD_OF', 'TOKEN', 'NONE_*'],
    });
    expect(opened.missing).toEqual([
      { key: 'TOKN', status: 'not_found', near: ['TOKEN'] },
      { key: 'LATER', status: 'declared', near: [] },
      { key: 'UNHEARD_OF', status: 'not_found', near: [] },
    ]);
  });

  it('hears of a thousand in vain with near matches for ten, since each is a look at every name', async () => {
    const server = await withProduction();
    const secrets = Array.from({ length: 1_000 }, (_, index) => `TOKEN${index}`);
    const { missing = [] } = (await open(server, 'production', server.call, { secrets })).opened;
    expect(missing).toHaveLength(1_000);
    expect(missing.filter(({ near }) => near.length > 0)).toHaveLength(10);
  });

  it('is not told that a key is missing which cannot be determined, or that a lagging list left out (law 2)', async () => {
    const server = await startServer();
    const [slow, down] = [newService({ 'apps NEW': 'v' }), newService()];
    slow.service.touch(ref('apps NEW')).hidden = true;
    await add(server, 'slow', slow.address, { settings: { address: slow.address, consistency: 'eventual' } });
    await server.call('environments.create', { name: 'lagging', bind: ['slow:apps'] });
    expect((await open(server, 'lagging', server.call, { secrets: ['NEW', 'NEVER'] })).opened.missing).toEqual([
      { key: 'NEVER', status: 'not_found', near: [] },
    ]);
    down.service.password = 'another';
    await add(server, 'down', down.address, { optional: true });
    await server.call('environments.create', { name: 'broken', bind: ['down:apps'] });
    expect((await open(server, 'broken', server.call, { secrets: ['NEVER'] })).opened.missing).toEqual([]);
  });

  it.each([
    ['secrets: a b', ['a b']],
    ['too many', Array<string>(1_001).fill('A')],
    ['too many patterns', Array.from({ length: 101 }, (_, index) => `*A${index}`)],
  ])('cannot state %s', async (_, secrets) => {
    const server = await withProduction();
    expect(await errorOf(open(server, 'production', server.call, { secrets }))).toMatchObject({
      code: 'invalid_request',
    });
  });
});
