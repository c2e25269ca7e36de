import { describe, expect, it } from 'vitest';
import { base64, errorOf, startServer, temporaryFolder } from './support/server.ts';
import { add, open, set, withProduction } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { createSessionKeyPair, deriveSessionKey, openForJob } from '../../src/api/job-seal.ts';

describe('a job session', () => {
  it('opens with names and variables, and gives each value sealed for this job alone', async () => {
    const server = await withProduction();
    await server.call('variables.set', { environment: 'production', name: 'REGION', value: 'eu', locked: true });
    const job = await open(server, 'production');
    expect(job.opened.catalogue).toEqual([
      { key: 'TOKEN', backend: 'internal', scope: 'production', version: '1', status: 'available' },
    ]);
    expect(job.opened.openEnded).toBe(false);
    expect(job.opened.variables).toEqual([{ name: 'REGION', value: 'eu', locked: true }]);
    expect(await job.value('TOKEN')).toBe('hunter2');
    const { sealed = '' } = await job.answerTo('TOKEN');
    const stranger = deriveSessionKey(
      createSessionKeyPair().privateKey,
      Buffer.from(job.opened.orchestratorPublicKey, 'base64'),
      job.opened.jobId,
    );
    expect(() => openForJob(stranger, job.opened.jobId, ['TOKEN'], Buffer.from(sealed, 'base64'))).toThrow();
  });

  it('reads exactly the one secret of fifty that is asked for, and its rows hold none', async () => {
    const server = await startServer();
    const names = Array.from({ length: 50 }, (_, index) => `KEY_${index}`);
    const { address, service } = newService(
      Object.fromEntries(names.map((name) => [`apps/shop ${name}`, `value-of-${name}`])),
    );
    await add(server, 'corp', address);
    await server.call('environments.create', { name: 'production', bind: ['corp:apps/**'] });
    const job = await open(server, 'production');
    expect(job.opened.catalogue).toHaveLength(50);
    expect(service.reads).toEqual([]);
    expect(await job.value('KEY_7')).toBe('value-of-KEY_7');
    expect(service.reads).toEqual(['apps/shop KEY_7']);
    const rows = ['jobs', 'job_catalogues'].flatMap((table) => server.rows(`select * from ${table}`));
    const text = JSON.stringify(rows, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(text).toContain('KEY_7');
    expect(text).not.toContain('value-of-');
  });

  it('asks each backend once, however many keys are wanted', async () => {
    const server = await startServer();
    const [one, two] = [newService({ 'a A': '1', 'a B': '2', 'b C': '3' }), newService({ 'x D': '4' })];
    await add(server, 'one', one.address);
    await add(server, 'two', two.address);
    await server.call('environments.create', { name: 'e', bind: ['*:**'] });
    const job = await open(server, 'e');
    const before = [one.service.requests, two.service.requests];
    expect((await job.read('A', 'B', 'C', 'D', 'A')).map(({ key, status }) => [key, status])).toEqual([
      ['A', 'sealed'],
      ['B', 'sealed'],
      ['C', 'sealed'],
      ['D', 'sealed'],
    ]);
    expect([one.service.requests - (before[0] ?? 0), two.service.requests - (before[1] ?? 0)]).toEqual([1, 1]);
  });

  it("reads nothing again within the age that a backend's values may have, and says how old they are", async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps CACHED': 'one' });
    await add(server, 'corp', address, { cacheMaxAgeMs: 60_000 });
    await server.call('environments.create', { name: 'e', bind: ['corp:apps'] });
    expect(await (await open(server, 'e')).value('CACHED')).toBe('one');
    const second = await open(server, 'e');
    const before = service.requests;
    expect(await second.read('CACHED')).toMatchObject([{ status: 'sealed', ageMs: expect.any(Number) }]);
    expect(await second.value('CACHED')).toBe('one');
    expect([service.reads, service.requests - before]).toEqual([['apps CACHED'], 0]);
  });

  it('still gets the last good value after somebody has tested a backend that is down', async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps K': 'good' });
    await add(server, 'corp', address, { serveStaleMs: 3_600_000 });
    await server.call('environments.create', { name: 'e', bind: ['corp:apps'] });
    const job = await open(server, 'e');
    expect(await job.value('K')).toBe('good');
    service.fault = 'server_error';
    service.faultsLeft = Number.POSITIVE_INFINITY;
    expect(await server.call('backends.test', { name: 'corp' })).toMatchObject({
      healthy: false,
      code: 'server_error',
    });
    expect(await job.value('K')).toBe('good');
  });

  it('tells a missing, an unset and an unavailable key apart', async () => {
    const server = await withProduction();
    await server.call('secrets.declare', { scope: 'production', key: 'LATER' });
    const { address, service } = newService({ 'apps HIDDEN': 'v' });
    service.find(ref('apps HIDDEN'))?.versions.forEach((version) => {
      version.state = 'disabled';
    });
    await add(server, 'corp', address);
    await server.call('bindings.add', { environment: 'production', scope: 'corp:apps' });
    const job = await open(server, 'production');
    expect(await job.read('toString', 'LATER', 'HIDDEN')).toEqual([
      { key: 'toString', status: 'not_found' },
      { key: 'LATER', status: 'declared', backend: 'internal', scope: 'production' },
      {
        key: 'HIDDEN',
        status: 'unavailable',
        backend: 'corp',
        scope: 'apps',
        code: 'disabled',
        hint: expect.any(String),
      },
    ]);
  });

  it('keeps its winners: what is bound or set later does not reach it (law 2)', async () => {
    const server = await withProduction();
    const job = await open(server, 'production');
    await set(server, 'better', 'TOKEN', 'another');
    await set(server, 'better', 'NEW', 'new');
    await server.call('bindings.add', { environment: 'production', scope: 'better', priority: 100 });
    expect(await job.value('TOKEN')).toBe('hunter2');
    expect(await job.value('NEW')).toBe('not_found');
  });

  it.each([
    ['vanished', 0],
    ['deleted', 60_000],
  ])('never gets the next best when its winner is gone (law 2: %s)', async (code, keepDeletedMs) => {
    const server = await withProduction({ settings: { keepDeletedMs } });
    await set(server, 'fallback', 'TOKEN', 'another');
    await server.call('bindings.add', { environment: 'production', scope: 'fallback', priority: -1 });
    const job = await open(server, 'production');
    await server.call('secrets.delete', { scope: 'production', key: 'TOKEN' });
    expect(await job.read('TOKEN')).toMatchObject([
      { status: 'unavailable', backend: 'internal', scope: 'production', code },
    ]);
  });

  it('has its secrets taken away, not changed, when a backend is removed', async () => {
    const server = await startServer();
    const { address } = newService({ 'apps K': 'v' });
    await add(server, 'corp', address);
    await set(server, 'apps', 'K', 'another');
    await server.call('environments.create', { name: 'e' });
    await server.call('bindings.add', { environment: 'e', scope: '*:apps', prefix: 'P_' });
    const job = await open(server, 'e');
    expect(await job.value('P_K')).toBe('v');
    await server.call('backends.remove', { name: 'corp' });
    expect(await job.read('P_K')).toMatchObject([{ status: 'unavailable', backend: 'corp', code: 'vanished' }]);
  });

  it('gets nothing from another backend that took the name of the one it started with', async () => {
    const server = await startServer();
    const [before, after] = [
      newService({ 'apps K': 'v', 'apps HIDDEN': 'h' }),
      newService({ 'apps K': 'another', 'apps HIDDEN': 'another' }),
    ];
    await add(server, 'corp', before.address);
    await server.call('environments.create', { name: 'e', bind: ['*:apps'] });
    const job = await open(server, 'e');
    expect(await job.value('K')).toBe('v');
    await server.call('backends.remove', { name: 'corp' });
    await add(server, 'corp', after.address);
    expect(await job.read('K', 'HIDDEN')).toMatchObject(
      ['K', 'HIDDEN'].map((key) => ({ key, status: 'unavailable', backend: 'corp', code: 'vanished' })),
    );
    expect(after.service.reads).toEqual([]);
    expect(await (await open(server, 'e')).value('K')).toBe('another');
  });

  it('keeps its backend when that gets other credentials, and after a restart', async () => {
    const dataDir = await temporaryFolder();
    const first = await startServer({ settings: { dataDir } });
    const { address } = newService({ 'apps K': 'v' });
    await add(first, 'corp', address);
    await first.call('environments.create', { name: 'e', bind: ['corp:apps'] });
    const job = await open(first, 'e');
    await first.call('backends.update', {
      name: 'corp',
      secretSettings: { password: base64('right') },
      optional: true,
    });
    expect(await job.value('K')).toBe('v');
    const second = await startServer({ settings: { dataDir } });
    const { secrets } = await second.as(job.opened.jobToken)('jobs.read', { jobId: job.opened.jobId, keys: ['K'] });
    expect(secrets).toMatchObject([{ key: 'K', status: 'sealed', backend: 'corp' }]);
  });

  it('asks a lagging backend by name for what its list left out (law 2)', async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps NEW': 'fresh' });
    service.touch(ref('apps NEW')).hidden = true;
    await add(server, 'slow', address, { settings: { address, consistency: 'eventual' } });
    await set(server, 'apps', 'NEW', 'old');
    await server.call('environments.create', { name: 'e', bind: ['apps'] });
    await server.call('bindings.add', { environment: 'e', scope: 'slow:apps', priority: 1 });
    const job = await open(server, 'e');
    expect(job.opened.openEnded).toBe(true);
    expect(await job.value('NEW')).toBe('fresh');
    expect(await job.value('NEVER')).toBe('not_found');
  });
});

describe('a backend whose names cannot be listed (law 2)', () => {
  it('fails the job at its start, naming backend and binding, when it is required', async () => {
    const server = await withProduction();
    const { address, service } = newService();
    service.password = 'another';
    await add(server, 'corp', address);
    await server.call('bindings.add', { environment: 'production', scope: 'corp:apps/**' });
    const error = await errorOf(open(server, 'production'));
    expect(error.code).toBe('backend_unavailable');
    expect(error.message).toContain('corp:apps/**');
    expect(error.message).toContain('the backend corp');
    expect(error.message).toContain('unauthenticated');
  });

  it('takes the keys that it could outrank, and no others, when it is optional', async () => {
    const server = await withProduction();
    const { address, service } = newService();
    service.password = 'another';
    await add(server, 'corp', address, { optional: true });
    await server.call('bindings.add', { environment: 'production', scope: 'corp:apps', priority: 1, prefix: 'TO' });
    await set(server, 'production', 'OTHER', 'fine');
    const job = await open(server, 'production');
    expect(job.opened.openEnded).toBe(true);
    expect(job.opened.catalogue).toMatchObject([
      { key: 'OTHER', status: 'available' },
      { key: 'TOKEN', status: 'unavailable', backend: 'corp', code: 'unauthenticated' },
    ]);
    expect(await job.value('OTHER')).toBe('fine');
    expect(await job.read('TOKEN')).toMatchObject([
      { status: 'unavailable', backend: 'corp', code: 'unauthenticated' },
    ]);
    expect(await job.read('TOMORROW')).toMatchObject([{ status: 'unavailable', backend: 'corp' }]);
  });
});
