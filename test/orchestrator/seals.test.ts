import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import type { SealedTable } from '../../src/orchestrator/seals/parts.ts';
import { sealedTables } from '../../src/orchestrator/seals/tables.ts';
import { bytes, columnsOf } from './support/beside.ts';
import { open } from './support/jobs.ts';
import { base64, codeOf, errorOf, startServer, startSharedServer, testKey, type TestServer } from './support/server.ts';

/** Rows that a test has tampered with are restored after it. */
const tables = [
  'tokens',
  'jobs',
  'organizations',
  'backends',
  'environments',
  'bindings',
  'variables',
  'internal_secrets',
];
let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;

beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  await prepare(server);
});
beforeEach(() => {
  server.tamper(tables.map((name) => `create table kept_${name} as select * from ${name};`).join(''));
});
afterEach(() => {
  const back = tables.map(
    (name) => `delete from ${name}; insert into ${name} select * from kept_${name}; drop table kept_${name};`,
  );
  server.tamper(`${back.join('')} update organizations set generation = generation + 100`);
});
afterAll(() => shared.stop());

/** Three scopes compete for one key; the highest has two versions. */
async function prepare({ call }: TestServer): Promise<void> {
  await call('environments.create', { name: 'production', bind: ['high', 'low'] });
  await call('bindings.add', { environment: 'production', scope: 'top', priority: 10 });
  for (const [scope, text] of [
    ['top', 'older'],
    ['top', 'of top'],
    ['high', 'of high'],
    ['low', 'of low'],
  ] as const)
    await call('secrets.set', { scope, key: 'TOKEN', value: base64(text) });
  await call('variables.set', { environment: 'production', name: 'REGION', value: 'eu', locked: true });
  for (const name of ['corp', 'other'])
    await call('backends.add', {
      name,
      type: 'memory',
      settings: { address: `https://${name}.test` },
      secretSettings: { password: base64('right') },
    });
}

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
const forged = 'kici_forged-by-whoever-writes-the-database';

describe('whoever can write the database', () => {
  it.each([
    [
      'insert',
      `insert into tokens select 'forged', null, 'forged', 'owner', '${hash(forged)}', null, null, null, created_at, null, null, seal from tokens limit 1`,
    ],
    ['take over the row of', `update tokens set hash = '${hash(forged)}' where name = 'old'`],
    ['revive', `update tokens set hash = '${hash(forged)}', revoked_at = null where name = 'old'`],
  ])('cannot %s a token', async (_, sql) => {
    const { id } = await server.call('tokens.create', { name: 'old', role: 'owner' });
    await server.call('tokens.revoke', { id });
    server.tamper(sql);
    expect(await codeOf(server.as(forged)('environments.list'))).toBe('tampered');
    expect(server.log()).toContain('was changed outside the orchestrator');
  });

  it.each([
    ['role', "role = 'owner'"],
    ['organization', 'organization = null'],
    ['environments', 'environments = null'],
    ['scopes', 'scopes = null'],
    ['life', 'expires_at = null'],
    ['agent', `agent = '{"id":"x","host":"h","labels":{}}'`],
  ])('cannot raise a token by its %s', async (_, change) => {
    const { token } = await server.call('tokens.create', {
      name: 'narrow',
      role: 'agent',
      environments: ['production'],
      scopes: ['low'],
      lifetimeMs: 60_000,
    });
    server.tamper(`update tokens set ${change} where name = 'narrow'`);
    expect(await codeOf(open(server, 'production', server.as(token)))).toBe('tampered');
    expect(await codeOf(server.call('tokens.list'))).toBe('tampered');
  });

  it.each([
    ['its hash', (id: string) => `update jobs set token_hash = '${hash('kicijob_x')}' where id = '${id}'`, 'kicijob_x'],
    ['its life', (id: string) => `update jobs set expires_at = expires_at + 1 where id = '${id}'`, undefined],
    ['its environment', (id: string) => `update jobs set environment = 'x' where id = '${id}'`, undefined],
  ])("cannot change a job's session by %s", async (_, sql, token) => {
    const { opened } = await open(server, 'production');
    server.tamper(sql(opened.jobId));
    const call = server.as(token ?? opened.jobToken);
    expect(await codeOf(call('jobs.read', { jobId: opened.jobId, keys: ['TOKEN'] }))).toBe('tampered');
  });

  it.each([
    ['catalogue', `catalogue = replace(catalogue, '"top"', '"low"')`],
    ['scopes', 'scopes = null'],
    ['backends', `backends = '{}'`],
  ])("cannot widen what a job's session may read by its %s", async (_, change) => {
    const { token } = await server.call('tokens.create', { name: 'a', role: 'agent', scopes: ['top'] });
    const { opened } = await open(server, 'production', server.as(token));
    server.tamper(`update jobs set ${change}`);
    // A server that has not seen the session yet.
    const other = await startServer({ settings: { dataDir: server.dataDir } });
    const error = await errorOf(other.as(opened.jobToken)('jobs.read', { jobId: opened.jobId, keys: ['TOKEN'] }));
    expect(error.message).toMatch(/\[corrupt\]|no longer has the permissions/);
  });

  it.each([
    ['the priority of a binding', "update bindings set priority = -10 where scope = 'top'"],
    ['the scope of a binding', "update bindings set scope = 'low' where scope = 'top'"],
    ['the host of a binding', "update bindings set host = 'nowhere' where scope = 'top'"],
    ['the names of a binding', "update bindings set prefix = 'X_' where scope = 'top'"],
    ['the environment of a binding', "update bindings set environment = 'other' where scope = 'top'"],
    ['that there is a binding', "delete from bindings where scope = 'top'"],
    [
      'that there is no other binding',
      "insert into bindings select 'x', organization, environment, scope, host, 99, prefix, map, created_at, skip_deleted from bindings where scope = 'low'",
    ],
  ])('cannot change %s: no other value takes its place', async (_, sql) => {
    const before = await open(server, 'production');
    expect(await before.value('TOKEN')).toBe('of top');
    server.tamper(sql);
    expect(await codeOf(open(server, 'production'))).toBe('tampered');
    expect(await codeOf(server.call('resolution.explain', { environment: 'production', key: 'TOKEN' }))).toBe(
      'tampered',
    );
    expect(await codeOf(server.call('bindings.add', { environment: 'production', scope: 'new' }))).toBe('tampered');
  });

  it.each([
    ["a backend's address", `update backends set settings = replace(settings, 'corp.test', 'evil.test')`],
    ['whether a backend is needed', 'update backends set optional = 1'],
    [
      "a backend's credentials",
      "update backends set secret_settings = (select secret_settings from backends where name = 'other') where name = 'corp'",
    ],
    ['that there is a backend', "delete from backends where name = 'corp'"],
    [
      'that there is no other backend',
      "insert into backends select organization, 'evil', type, settings, secret_settings, optional, cache_max_age_ms, serve_stale_ms, generation, written, created_at, updated_at, added, deadline_ms from backends where name = 'corp'",
    ],
    ['that there is an organization', "update organizations set seal = null where name = 'default'"],
  ])('cannot change %s: nothing of the organization is opened', async (_, sql) => {
    server.tamper(sql);
    // The generation is not secret: whoever changes a row raises it too.
    server.tamper('update organizations set generation = generation + 1');
    expect(await codeOf(open(server, 'production'))).toBe('tampered');
    expect(await codeOf(server.call('backends.list'))).toBe('tampered');
    expect(await codeOf(server.call('backends.test', { name: 'corp' }))).toBe('tampered');
  });

  it.each([
    ['set a variable', "update variables set value = 'x'"],
    ['unlock a variable', 'update variables set locked = 0'],
    ['add a variable', "insert into variables values ('default', 'production', 'EVIL', 'x', 0, 0)"],
    ['remove a variable', 'delete from variables'],
  ])('cannot %s', async (_, sql) => {
    server.tamper(sql);
    expect(await codeOf(open(server, 'production'))).toBe('tampered');
    expect(await codeOf(server.call('variables.list', { environment: 'production' }))).toBe('tampered');
  });

  it.each([
    ['roll it back', 'version = 1'],
    ['say that it has no value', 'version = null'],
    ['say that it is deleted', 'deleted = 1, version = null'],
    ['say that a version was never given out', 'last_version = 1'],
  ])('cannot change which version of a secret is current, to %s: no other value takes its place', async (_, change) => {
    const before = await open(server, 'production');
    server.tamper(`update internal_secrets set ${change} where scope = 'top'`);
    expect(await before.read('TOKEN')).toMatchObject([{ status: 'unavailable', code: 'corrupt' }]);
    const after = await open(server, 'production');
    expect(await after.read('TOKEN')).toMatchObject([{ status: 'unavailable', scope: 'top', code: 'corrupt' }]);
    expect(await codeOf(server.call('secrets.set', { scope: 'top', key: 'TOKEN', value: base64('x') }))).toBe(
      'backend_unavailable',
    );
    await server.call('secrets.delete', { scope: 'top', key: 'TOKEN' });
    await server.call('secrets.set', { scope: 'top', key: 'TOKEN', value: base64('again') });
    expect(await (await open(server, 'production')).value('TOKEN')).toBe('again');
  });
});

describe('a row that was tampered with', () => {
  it('is a token that an owner of every organization can revoke, and nobody else', async () => {
    const { token } = await server.call('tokens.create', { name: 'local owner', role: 'owner' });
    server.tamper(
      `insert into tokens select 'forged', 'default', 'forged', 'agent', '${hash(forged)}', null, null, null, created_at, null, null, seal from tokens limit 1`,
    );
    expect((await errorOf(server.call('tokens.list'))).hint).toContain('kici-admin token revoke forged');
    expect(await codeOf(server.as(token)('tokens.revoke', { id: 'forged' }))).toBe('permission_denied');
    await server.call('tokens.revoke', { id: 'forged' });
    expect((await server.call('tokens.list')).tokens.map(({ name }) => name)).not.toContain('forged');
    expect(await codeOf(server.as(forged)('environments.list'))).toBe('tampered');
  });

  it('can be deleted by whoever may have everything read: an environment, with what is in it', async () => {
    server.tamper('update bindings set priority = 99');
    await server.call('environments.delete', { environment: 'production' });
    await server.call('environments.create', { name: 'production', bind: ['low'] });
    expect(await (await open(server, 'production')).value('TOKEN')).toBe('of low');
  });

  it('is not what two orchestrators see that write at once', async () => {
    const [one, two] = [server, await startServer({ settings: { dataDir: server.dataDir } })];
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => [
        one.call('bindings.add', { environment: 'production', scope: `a/${index}` }),
        two.call('bindings.add', { environment: 'production', scope: `b/${index}` }),
        two.call('variables.set', { environment: 'production', name: `V${index}`, value: 'v' }),
        one.call('environments.show', { environment: 'production' }),
        open(one, 'production'),
      ]).flat(),
    );
    expect((await two.call('environments.show', { environment: 'production' })).bindings).toHaveLength(23);
    expect(two.log()).not.toContain('was changed outside');
  });
});

const unsealed =
  'update organizations set seal = null; update environments set seal = null, variables_seal = null; update tokens set seal = null; update internal_secrets set seal = null;';

describe('a database of a version that did not seal its rows', () => {
  it('is sealed once, as it is; a row that comes without a seal later is refused', async () => {
    const old = await startServer();
    await prepare(old);
    const { token } = await old.call('tokens.create', { name: 'agent', role: 'agent' });
    await old.application.stop();
    old.tamper(unsealed);
    const text = 'kici key check';
    const wrapped = await keyFromText(testKey, 'the test key').wrap(Buffer.from(text), [text]);
    old.tamper(`update key_check set wrapped = ${bytes(wrapped)}`);
    const upgraded = await startServer({ settings: { dataDir: old.dataDir } });
    expect(await (await open(upgraded, 'production', upgraded.as(token))).value('TOKEN')).toBe('of top');
    expect((await upgraded.call('backends.list')).backends).toHaveLength(3);
    await upgraded.application.stop();
    upgraded.tamper("update tokens set seal = null where name = 'agent'");
    const later = await startServer({ settings: { dataDir: old.dataDir } });
    expect(await codeOf(open(later, 'production', later.as(token)))).toBe('tampered');
  });

  it('is not what a sealed one becomes when its seals are taken away: that is told under the key', async () => {
    const { token } = await server.call('tokens.create', { name: 'agent', role: 'agent' });
    server.tamper(unsealed);
    const other = await startServer({ settings: { dataDir: server.dataDir } });
    expect(await codeOf(open(other, 'production', other.as(token)))).toBe('tampered');
    expect(await codeOf(open(other, 'production'))).toBe('tampered');
  });
});

describe('every column of a sealed table', () => {
  it('is sealed, or named here as one that grants and decides nothing', () => {
    const free: Readonly<Record<string, readonly string[]>> = {
      organizations: ['generation', 'seal'],
      environments: ['seal', 'variables_seal'],
      backends: ['written'],
      tokens: ['seal'],
      sign_ins: ['seal'],
      sign_in_codes: ['seal'],
      jobs: ['session_key', 'catalogue', 'backends', 'scopes', 'closed_at', 'seal'],
    };
    for (const { name, columns, later } of Object.values<SealedTable>(sealedTables)) {
      expect(columnsOf(server, name)).toEqual(
        new Set([...columns, ...Object.keys(later ?? {}), ...(free[name] ?? [])]),
      );
    }
  });
});
