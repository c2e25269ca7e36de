import { describe, expect, it } from 'vitest';
import { acceptTampering, codeOf, errorOf, startServer, type TestServer } from './support/server.ts';
import { add, open, set, withProduction, type OpenJob } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { SecretValue } from '@kici-dev/secret-backend';
import { deriveSessionKey, openForJob } from '../../src/api/job-seal.ts';

describe('the end of a session', () => {
  it('comes with close, for good', async () => {
    const server = await withProduction();
    const job = await open(server, 'production');
    await job.close();
    expect(await codeOf(job.read('TOKEN'))).toBe('session_ended');
    expect(await codeOf(job.close())).toBe('session_ended');
    expect(server.rows('select length(session_key) as bytes from jobs')).toEqual([{ bytes: 0 }]);
  });

  it('comes by itself when its lifetime is over', async () => {
    let time = Date.now();
    const server = await startServer({ now: () => time });
    await set(server, 'production', 'TOKEN');
    await server.call('environments.create', { name: 'production', bind: ['production'] });
    const job = await open(server, 'production', server.call, { lifetimeMs: 60_000 });
    time += 59_999;
    expect(await job.value('TOKEN')).toBe('v');
    time += 1;
    const error = await errorOf(job.read('TOKEN'));
    expect(error.code).toBe('session_ended');
    expect(error.message).toContain('expired');
  });

  it('comes when the token that opened it is revoked', async () => {
    const server = await withProduction();
    const agent = await server.call('tokens.create', { name: 'agent', role: 'agent' });
    const job = await open(server, 'production', server.as(agent.token));
    expect(await job.value('TOKEN')).toBe('hunter2');
    await server.call('tokens.revoke', { id: agent.id });
    expect(await codeOf(job.read('TOKEN'))).toBe('session_ended');
    expect(await codeOf(open(server, 'production', server.as(agent.token)))).toBe('unauthenticated');
  });

  it('comes with the expiry of the token that opened it, which its own never passes (law 11)', async () => {
    let time = Date.now();
    const server = await startServer({ now: () => time });
    await set(server, 'production', 'TOKEN');
    await server.call('environments.create', { name: 'production', bind: ['production'] });
    const agent = await server.call('tokens.create', { name: 'agent', role: 'agent', lifetimeMs: 60_000 });
    time += 10_000;
    const job = await open(server, 'production', server.as(agent.token), { lifetimeMs: 3_600_000 });
    expect(job.opened.expiresAt).toBe(agent.expiresAt);
    const short = await open(server, 'production', server.as(agent.token), { lifetimeMs: 20_000 });
    expect(short.opened.expiresAt).toBe(new Date(time + 20_000).toISOString());
    time += 49_999;
    expect(await job.value('TOKEN')).toBe('v');
    time += 1;
    const error = await errorOf(job.read('TOKEN'));
    expect(error.code).toBe('session_ended');
    expect(error.message).toContain('has expired');
  });

  it.each([
    ['given another expiry, which has come', 'expires_at = 1', 'has expired'],
    ['narrowed to other scopes', `scopes = '["elsewhere"]'`, 'no longer has the permissions'],
    ['narrowed to other environments', `environments = '["staging"]'`, 'no longer has the permissions'],
    ['given a role that opens no jobs', `role = 'auditor'`, 'no longer has the permissions'],
    ['given a role that nobody knows', `role = 'king'`, 'no longer has the permissions'],
  ])('comes when that token is %s', async (_, change, message) => {
    const server = await withProduction();
    const agent = await server.call('tokens.create', { name: 'agent', role: 'agent', environments: ['production'] });
    const job = await open(server, 'production', server.as(agent.token));
    expect(await job.value('TOKEN')).toBe('hunter2');
    server.tamper(`update tokens set ${change} where name = 'agent'`);
    await acceptTampering(server);
    const error = await errorOf(job.read('TOKEN'));
    expect(error.code).toBe('session_ended');
    expect(error.message).toContain(message);
    expect(await codeOf(job.close())).toBe('session_ended');
  });

  it('comes when that token is deleted', async () => {
    const server = await withProduction();
    const agent = await server.call('tokens.create', { name: 'agent', role: 'agent' });
    const job = await open(server, 'production', server.as(agent.token));
    server.tamper(`delete from tokens where name = 'agent'`);
    const error = await errorOf(job.read('TOKEN'));
    expect(error.code).toBe('session_ended');
    expect(error.message).toContain('is gone');
  });

  it.each([
    ['token is revoked', async (server: TestServer, id: string) => server.call('tokens.revoke', { id })],
    [
      'token expires',
      async (server: TestServer, id: string) => {
        server.tamper(`update tokens set expires_at = 1 where id = '${id}'`);
        await acceptTampering(server);
      },
    ],
    ['job is closed', async (_: TestServer, __: string, job: OpenJob) => job.close()],
  ])('takes the reads along that are under way when the %s', async (_, end) => {
    const server = await withProduction();
    const { address, service } = newService({ 'apps K': 'v' });
    await add(server, 'corp', address);
    await server.call('bindings.add', { environment: 'production', scope: 'corp:apps' });
    const agent = await server.call('tokens.create', { name: 'agent', role: 'agent' });
    const job = await open(server, 'production', server.as(agent.token));
    expect(await job.value('K')).toBe('v');
    const { promise: ended, resolve: release } = Promise.withResolvers<undefined>();
    const request = service.request.bind(service);
    service.request = async (signal, answer) => {
      const result = await request(signal, answer);
      await ended;
      return result;
    };
    const asked = service.requests;
    const reading = codeOf(job.read('K', 'TOKEN'));
    await expect.poll(() => service.requests).toBeGreaterThan(asked);
    await end(server, agent.id, job);
    release(undefined);
    expect(await reading).toBe('session_ended');
  });

  it('comes when that token is revoked while the session is being opened', async () => {
    const server = await withProduction();
    const { address, service } = newService({ 'apps K': 'v' });
    await add(server, 'corp', address);
    await server.call('bindings.add', { environment: 'production', scope: 'corp:apps' });
    const agent = await server.call('tokens.create', { name: 'agent', role: 'agent' });
    service.fault = 'delay';
    service.faultsLeft = 1;
    const asked = service.requests;
    const opening = open(server, 'production', server.as(agent.token));
    await expect.poll(() => service.requests).toBeGreaterThan(asked);
    await server.call('tokens.revoke', { id: agent.id });
    expect(await codeOf((await opening).read('TOKEN'))).toBe('session_ended');
  });
});

describe("a job's token", () => {
  it('is good for its own job and for nothing else', async () => {
    const server = await withProduction();
    const [one, two] = [await open(server, 'production'), await open(server, 'production')];
    const asOne = server.as(one.opened.jobToken);
    expect(await codeOf(asOne('jobs.read', { jobId: two.opened.jobId, keys: ['TOKEN'] }))).toBe('permission_denied');
    expect(await codeOf(asOne('jobs.close', { jobId: two.opened.jobId }))).toBe('permission_denied');
    expect(await codeOf(asOne('secrets.list', { scope: 'production' }))).toBe('permission_denied');
    expect(await codeOf(open(server, 'production', asOne))).toBe('permission_denied');
    expect(await codeOf(server.call('jobs.read', { jobId: one.opened.jobId, keys: ['TOKEN'] }))).toBe(
      'permission_denied',
    );
  });
});

describe('what an agent is (law 4)', () => {
  it('is what its token says, not what it says of itself', async () => {
    const server = await startServer();
    for (const place of ['hosts/build-7', 'agents/seven', 'labels/eu'])
      await set(server, place, place.toUpperCase().replace(/\W/g, '_'));
    await server.call('environments.create', {
      name: 'e',
      bind: ['hosts/${host}', 'agents/${agentId}', 'labels/${label:zone}'],
    });
    const { token } = await server.call('tokens.create', {
      name: 'agent',
      role: 'agent',
      agent: { id: 'seven', host: 'build-7', labels: { zone: 'eu' } },
    });
    expect((await open(server, 'e', server.as(token))).opened.catalogue.map(({ key }) => key)).toEqual([
      'AGENTS_SEVEN',
      'HOSTS_BUILD_7',
      'LABELS_EU',
    ]);
    expect((await open(server, 'e')).opened.catalogue).toEqual([]);
  });

  it('stays within the environments and scopes of its token', async () => {
    const server = await withProduction();
    await set(server, 'open', 'FREE', 'free');
    await server.call('bindings.add', { environment: 'production', scope: 'open' });
    await set(server, 'fallback', 'TOKEN', 'another');
    await server.call('bindings.add', { environment: 'production', scope: 'fallback', priority: -1 });
    await server.call('environments.create', { name: 'staging' });
    const { token } = await server.call('tokens.create', {
      name: 'agent',
      role: 'agent',
      environments: ['production'],
      scopes: ['open', 'fallback'],
    });
    expect(await codeOf(open(server, 'staging', server.as(token)))).toBe('permission_denied');
    const job = await open(server, 'production', server.as(token));
    expect(await job.value('FREE')).toBe('free');
    expect(await job.read('TOKEN')).toMatchObject([
      { status: 'unavailable', backend: '', scope: '', code: 'permission_denied' },
    ]);
  });

  it('is not found out by probing past the scopes of its token', async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps NEW': 'fresh' });
    service.touch(ref('apps NEW')).hidden = true;
    await add(server, 'slow', address, { settings: { address, consistency: 'eventual' } });
    await server.call('environments.create', { name: 'e', bind: ['slow:apps'] });
    const { token } = await server.call('tokens.create', { name: 'agent', role: 'agent', scopes: ['elsewhere'] });
    expect(await (await open(server, 'e', server.as(token))).read('NEW')).toMatchObject([
      { status: 'unavailable', code: 'permission_denied' },
    ]);
  });
});

describe("an agent's public key", () => {
  it.each([
    ['too short', Buffer.alloc(31, 1)],
    ['of small order', Buffer.alloc(32)],
  ])('that is %s is refused', async (_, key) => {
    const server = await withProduction();
    const error = await errorOf(
      server.call('jobs.open', {
        environment: 'production',
        workflow: 'w',
        job: 'j',
        agentPublicKey: key.toString('base64'),
      }),
    );
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain('agentPublicKey');
  });
});

describe('a binary value', () => {
  it('arrives byte for byte', async () => {
    const server = await withProduction();
    const bytes = Buffer.from([0, 255, 254, 10, 13, 0]);
    await server.call('secrets.set', { scope: 'production', key: 'BINARY', value: bytes.toString('base64') });
    const job = await open(server, 'production');
    const { sealed = '' } = await job.answerTo('BINARY');
    const sessionKey = deriveSessionKey(
      job.pair.privateKey,
      Buffer.from(job.opened.orchestratorPublicKey, 'base64'),
      job.opened.jobId,
    );
    const [value] = openForJob(sessionKey, job.opened.jobId, ['BINARY'], Buffer.from(sealed, 'base64'));
    expect(value?.equals(SecretValue.fromBytes(bytes))).toBe(true);
  });
});
