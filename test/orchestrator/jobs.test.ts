import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { createSessionKeyPair, deriveSessionKey, openForJob, type SessionKeyPair } from '../../src/api/job-seal.ts';
import type { OperationOutput } from '../../src/orchestrator/handlers.ts';
import { newService, ref } from './support/places.ts';
import {
  base64,
  codeOf,
  errorOf,
  startServer,
  temporaryFolder,
  type Calls,
  type TestServer,
} from './support/server.ts';

interface OpenJob {
  readonly pair: SessionKeyPair;
  readonly opened: OperationOutput<'jobs.open'>;
  read(...keys: string[]): Promise<OperationOutput<'jobs.read'>['secrets']>;
  value(key: string): Promise<string | undefined>;
  close(): Promise<unknown>;
}

async function open(
  server: TestServer,
  environment: string,
  call: Calls = server.call,
  more: object = {},
): Promise<OpenJob> {
  const pair = createSessionKeyPair();
  const opened = await call('jobs.open', {
    environment,
    workflow: 'deploy',
    job: 'deploy',
    agentPublicKey: Buffer.from(pair.publicKey).toString('base64'),
    ...more,
  });
  const asJob = server.as(opened.jobToken);
  const read = async (...keys: string[]) => (await asJob('jobs.read', { jobId: opened.jobId, keys })).secrets;
  return {
    pair,
    opened,
    read,
    close: () => asJob('jobs.close', { jobId: opened.jobId }),
    async value(key) {
      const [secret] = await read(key);
      if (secret?.status !== 'sealed') return secret?.status;
      const sessionKey = deriveSessionKey(
        pair.privateKey,
        Buffer.from(opened.orchestratorPublicKey, 'base64'),
        opened.jobId,
      );
      return openForJob(sessionKey, opened.jobId, key, Buffer.from(secret.sealed, 'base64')).text();
    },
  };
}

const set = ({ call }: TestServer, scope: string, key: string, value = 'v') =>
  call('secrets.set', { scope, key, value: base64(value) });
const add = ({ call }: TestServer, name: string, address: string, more: object = {}) =>
  call('backends.add', {
    name,
    type: 'memory',
    settings: { address },
    secretSettings: { password: base64('right') },
    ...more,
  });

async function withProduction(): Promise<TestServer> {
  const server = await startServer();
  await set(server, 'production', 'TOKEN', 'hunter2');
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  return server;
}

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
    const [secret] = await job.read('TOKEN');
    if (secret?.status !== 'sealed') throw new Error('the value is sealed');
    const stranger = deriveSessionKey(
      createSessionKeyPair().privateKey,
      Buffer.from(job.opened.orchestratorPublicKey, 'base64'),
      job.opened.jobId,
    );
    expect(() => openForJob(stranger, job.opened.jobId, 'TOKEN', Buffer.from(secret.sealed, 'base64'))).toThrow();
  });

  it('reads exactly the one secret of fifty that is asked for, and its row holds none', async () => {
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
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(server.databaseFile, { readOnly: true });
    const text = JSON.stringify(database.prepare('select * from jobs').all(), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    database.close();
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

  it("reads nothing anew within the age that a backend's values may have, and says how old they are", async () => {
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

  it('never gets the next best when its winner is gone (law 2: vanished)', async () => {
    const server = await withProduction();
    await set(server, 'fallback', 'TOKEN', 'another');
    await server.call('bindings.add', { environment: 'production', scope: 'fallback', priority: -1 });
    const job = await open(server, 'production');
    await server.call('secrets.delete', { scope: 'production', key: 'TOKEN' });
    expect(await job.read('TOKEN')).toMatchObject([
      { status: 'unavailable', backend: 'internal', scope: 'production', code: 'vanished' },
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

describe('a backend whose names cannot be had (law 2)', () => {
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

describe('the end of a session', () => {
  it('comes with close, for good', async () => {
    const server = await withProduction();
    const job = await open(server, 'production');
    await job.close();
    expect(await codeOf(job.read('TOKEN'))).toBe('session_ended');
    expect(await codeOf(job.close())).toBe('session_ended');
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(server.databaseFile, { readOnly: true });
    expect(database.prepare('select length(session_key) as bytes from jobs').get()).toEqual({ bytes: 0 });
    database.close();
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
      { status: 'unavailable', backend: 'internal', scope: 'production', code: 'permission_denied' },
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
    const [secret] = await job.read('BINARY');
    if (secret?.status !== 'sealed') throw new Error('the value is sealed');
    const sessionKey = deriveSessionKey(
      job.pair.privateKey,
      Buffer.from(job.opened.orchestratorPublicKey, 'base64'),
      job.opened.jobId,
    );
    expect(
      openForJob(sessionKey, job.opened.jobId, 'BINARY', Buffer.from(secret.sealed, 'base64')).equals(
        SecretValue.fromBytes(bytes),
      ),
    ).toBe(true);
  });
});
