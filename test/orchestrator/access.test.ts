import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/registry.ts';
import { roleNames, rolePermissions, type Role } from '../../src/api/roles.ts';
import { reachOf } from './support/narrowings.ts';
import { codeOf, errorOf, startServer, startSharedServer, type TestServer } from './support/server.ts';

const entries: readonly (readonly [string, Operation])[] = Object.entries(operations);

/** A path with something in place of each parameter. */
function pathOf(operation: Operation): string {
  return `/api/v1/orgs/default${operation.path.replace(/\{\w+\}/g, 'something')}`;
}

/** Sends the head of a request whose body never comes, and resolves to the answer's status. */
function statusBeforeBody(url: string, operation: Operation, headers: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = createConnection({ host: hostname, port: Number(port) }, () => {
    const body =
      operation.method === 'GET' || operation.method === 'DELETE'
        ? []
        : ['content-type: application/json', 'content-length: 1000'];
    socket.write(
      [`${operation.method} ${pathOf(operation)} HTTP/1.1`, `host: ${hostname}`, ...headers, ...body, '', ''].join(
        '\r\n',
      ),
    );
  });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    if (status === undefined) return;
    socket.destroy();
    resolve(Number(status));
  });
  socket.once('error', reject);
  socket.once('close', () => {
    reject(new Error('the connection ended without an answer'));
  });
  return promise;
}

describe('who may do what (law 11: denied by default)', () => {
  let shared: Awaited<ReturnType<typeof startSharedServer>>;
  const tokens = new Map<Role, string>();
  let foreign = '';

  beforeAll(async () => {
    shared = await startSharedServer();
    await shared.server.call('policy.set', { plainReads: 'on' });
    for (const role of roleNames)
      tokens.set(role, (await shared.server.call('tokens.create', { name: role, role, ...reachOf(role) })).token);
    await shared.server.call('organizations.create', { name: 'other' });
    foreign = (
      await shared.server.as(shared.server.owner, 'other')('tokens.create', { name: 'foreign', role: 'owner' })
    ).token;
  });
  afterAll(() => shared.stop());

  describe.each(entries)('%s', (_, operation) => {
    it('answers 401 to nobody and to a token that it does not know, before it reads a body', async () => {
      expect(await statusBeforeBody(shared.server.url, operation, [])).toBe(401);
      for (const authorization of [
        'Bearer kici_garbage',
        'Bearer ',
        'Basic a2ljaTpraWNp',
        `Bearer ${tokens.get('owner')}x`,
      ]) {
        expect(await statusBeforeBody(shared.server.url, operation, [`authorization: ${authorization}`])).toBe(401);
      }
    });

    it('answers 403 to a token of another organization, before it reads a body', async () => {
      expect(await statusBeforeBody(shared.server.url, operation, [`authorization: Bearer ${foreign}`])).toBe(403);
    });

    it.each(roleNames.filter((role) => !rolePermissions[role].includes(operation.permission)))(
      'answers 403 to the role %s, before it reads a body',
      async (role) => {
        expect(
          await statusBeforeBody(shared.server.url, operation, [`authorization: Bearer ${tokens.get(role)}`]),
        ).toBe(403);
      },
    );

    it.each(roleNames.filter((role) => rolePermissions[role].includes(operation.permission)))(
      'lets the role %s in',
      async (role) => {
        const body =
          operation.method === 'GET' || operation.method === 'DELETE'
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: '[1]' };
        const response = await fetch(new URL(pathOf(operation), shared.server.url), {
          method: operation.method,
          ...body,
          headers: { ...body.headers, authorization: `Bearer ${tokens.get(role)}` },
        });
        // Creating organizations takes a token of every organization; any other token sees its own.
        const expected =
          operation.path === '/organizations' && operation.method === 'POST' ? [400, 403] : [200, 400, 404];
        expect(expected).toContain(response.status);
      },
    );
  });
});

describe('a token', () => {
  async function narrowed(
    narrowing: object,
    role: Role = 'admin',
  ): Promise<{ server: TestServer; call: TestServer['call'] }> {
    const server = await startServer();
    await server.call('environments.create', { name: 'production', bind: ['team/a'] });
    await server.call('environments.create', { name: 'staging', bind: ['team/b'] });
    for (const scope of ['team/a', 'team/a/deep', 'team/b'])
      await server.call('secrets.set', { scope, key: 'K', value: 'dg==' });
    return {
      server,
      call: server.as((await server.call('tokens.create', { name: 'narrow', role, ...narrowing })).token),
    };
  }

  it('that is narrowed to environments reaches no other by any operation that names one', async () => {
    const { server, call } = await narrowed({ environments: ['production'] });
    const [binding] = (await server.call('environments.show', { environment: 'staging' })).bindings;
    const named = entries.filter(([, operation]) => 'environment' in operation.input.shape);
    expect(named.length).toBeGreaterThan(8);
    const extra: Record<string, unknown> = {
      id: binding?.id,
      scope: 'team/b',
      name: 'A',
      value: 'v',
      key: 'K',
      workflow: 'w',
      job: 'j',
      agentPublicKey: 'AAAA',
      keys: 'K',
    };
    for (const [id, operation] of named) {
      const input = Object.fromEntries(
        Object.keys(operation.input.shape)
          .filter((name) => name in extra)
          .map((name) => [name, extra[name]]),
      );
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the id comes from the registry itself
      expect(`${id} ${await codeOf(call(id as keyof typeof operations, { ...input, environment: 'staging' }))}`).toBe(
        `${id} permission_denied`,
      );
    }
    expect((await call('environments.list')).environments.map(({ name }) => name)).toEqual(['production']);
    expect(await codeOf(call('environments.create', { name: 'third' }))).toBe('permission_denied');
    expect((await call('environments.show', { environment: 'production' })).name).toBe('production');
  });

  it('that is narrowed to scopes reaches no other by any operation on secrets and scopes', async () => {
    const { call } = await narrowed({ scopes: ['team/a/**'] });
    const elsewhere = { scope: 'team/b', key: 'K' };
    const attempts = [
      call('secrets.set', { ...elsewhere, value: 'dg==' }),
      call('secrets.declare', elsewhere),
      call('secrets.list', { scope: 'team/b' }),
      call('secrets.delete', elsewhere),
      call('secrets.versions', elsewhere),
      call('secrets.restore', { ...elsewhere, version: '1' }),
      call('scopes.create', { scope: 'team/c' }),
      call('scopes.rename', { from: 'team/b', to: 'team/a/b' }),
      call('scopes.rename', { from: 'team/a/deep', to: 'team/c' }),
      call('scopes.delete', { scope: 'team/b' }),
    ];
    expect(new Set(await Promise.all(attempts.map(codeOf)))).toEqual(new Set(['permission_denied']));
    expect((await call('secrets.list', { scope: 'team', tree: true })).secrets.map(({ scope }) => scope)).toEqual([
      'internal:team/a',
      'internal:team/a/deep',
    ]);
    expect((await call('scopes.list')).scopes).toEqual(['internal:team/a', 'internal:team/a/deep']);
    await call('secrets.set', { scope: 'team/a/deep', key: 'NEW', value: 'dg==' });
  });

  it('that is narrowed to scopes and environments binds nothing outside them, since a job would read it', async () => {
    const { server, call } = await narrowed({
      scopes: ['team/a/**', 'exact'],
      environments: ['production', 'staging', 'mine'],
    });
    const bind = (scope: string) => call('bindings.add', { environment: 'production', scope });
    for (const scope of ['team/b', 'team/**', '**', '*:team/a/**', 'team/a?', 'exac?'])
      expect(await codeOf(bind(scope))).toBe('permission_denied');
    expect(await codeOf(call('environments.create', { name: 'mine', bind: ['team/b'] }))).toBe('permission_denied');
    for (const scope of ['team/a/x', 'team/a/*', 'team/a/**', 'team/a/${host}', 'exact']) await bind(scope);
    const [foreign] = (await server.call('environments.show', { environment: 'staging' })).bindings;
    expect(
      await codeOf(call('bindings.update', { environment: 'staging', id: foreign?.id ?? '', scope: 'team/a/x' })),
    ).toBe('permission_denied');
    expect(await codeOf(call('bindings.remove', { environment: 'staging', id: foreign?.id ?? '' }))).toBe(
      'permission_denied',
    );
    expect(await codeOf(call('environments.delete', { environment: 'staging' }))).toBe('permission_denied');
    await call('environments.create', { name: 'mine', bind: ['team/a/x'] });
    await call('environments.delete', { environment: 'mine' });
  });

  it('that is narrowed neither changes backends nor reads the audit log nor makes organizations', async () => {
    const { call } = await narrowed({ scopes: ['team/a/**'] }, 'owner');
    expect(await codeOf(call('backends.remove', { name: 'corp' }))).toBe('permission_denied');
    expect(await codeOf(call('audit.list'))).toBe('permission_denied');
    expect(await codeOf(call('organizations.create', { name: 'mine' }))).toBe('permission_denied');
  });

  it('issues and revokes none that may do more than itself', async () => {
    const { server, call } = await narrowed({ scopes: ['team/a/**'], environments: ['production'] });
    const within = { scopes: ['team/a/**'], environments: ['production'] };
    expect(await codeOf(call('tokens.create', { name: 'x', role: 'owner', ...within }))).toBe('permission_denied');
    expect(await codeOf(call('tokens.create', { name: 'x', role: 'author' }))).toBe('permission_denied');
    expect(await codeOf(call('tokens.create', { name: 'x', role: 'author', ...within, scopes: ['team/**'] }))).toBe(
      'permission_denied',
    );
    const issued = await call('tokens.create', { name: 'x', role: 'author', ...within });
    await call('tokens.revoke', { id: issued.id });
    const wider = await server.call('tokens.create', { name: 'wide', role: 'author' });
    expect(await codeOf(call('tokens.revoke', { id: wider.id }))).toBe('permission_denied');
  });

  it('that expires issues none that outlives it', async () => {
    let time = Date.now();
    const server = await startServer({ now: () => time });
    const call = server.as(
      (await server.call('tokens.create', { name: 'short', role: 'admin', lifetimeMs: 60_000 })).token,
    );
    const error = await errorOf(call('tokens.create', { name: 'x', role: 'author' }));
    expect(error.code).toBe('permission_denied');
    expect(error.message).toContain(new Date(time + 60_000).toISOString());
    time += 10_000;
    expect(await codeOf(call('tokens.create', { name: 'x', role: 'author', lifetimeMs: 50_001 }))).toBe(
      'permission_denied',
    );
    const { id } = await call('tokens.create', { name: 'x', role: 'author', lifetimeMs: 50_000 });
    await call('tokens.revoke', { id });
    await call('tokens.revoke', { id: (await server.call('tokens.create', { name: 'leaked', role: 'author' })).id });
  });

  it('of an organization makes no other, sees no other, and revokes no token of all', async () => {
    const server = await startServer();
    await server.call('organizations.create', { name: 'other' });
    const call = server.as((await server.call('tokens.create', { name: 'o', role: 'owner' })).token);
    expect(await codeOf(call('organizations.create', { name: 'third' }))).toBe('permission_denied');
    expect((await call('organizations.list')).organizations.map(({ name }) => name)).toEqual(['default']);
    const local = (await call('tokens.list')).tokens.find(({ name }) => name === 'local');
    expect(await codeOf(call('tokens.revoke', { id: local?.id ?? '' }))).toBe('permission_denied');
    expect(await codeOf(server.as(server.owner, 'nowhere')('environments.list'))).toBe('not_found');
  });

  it('keeps the organizations apart', async () => {
    const server = await startServer();
    await server.call('organizations.create', { name: 'other' });
    const other = server.as(server.owner, 'other');
    await server.call('secrets.set', { scope: 's', key: 'K', value: 'dg==' });
    await server.call('environments.create', { name: 'production', bind: ['s'] });
    expect((await other('environments.list')).environments).toEqual([]);
    expect((await other('secrets.list', { scope: 's' })).secrets).toEqual([]);
    expect((await other('audit.list', { limit: 10 })).rows).toEqual([]);
  });

  it('expires, and is shown once', async () => {
    let time = Date.now();
    const server = await startServer({ now: () => time });
    const { token, expiresAt } = await server.call('tokens.create', {
      name: 'short',
      role: 'author',
      lifetimeMs: 60_000,
    });
    expect(expiresAt).toBe(new Date(time + 60_000).toISOString());
    await server.as(token)('environments.list');
    expect(JSON.stringify(await server.call('tokens.list'))).not.toContain(token);
    time += 60_000;
    const error = await errorOf(server.as(token)('environments.list'));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toContain('expired');
  });

  it('is refused after it was revoked, on every orchestrator at once', async () => {
    const one = await startServer();
    const two = await startServer({ settings: { dataDir: one.dataDir } });
    const { id, token } = await one.call('tokens.create', { name: 'gone', role: 'author' });
    await two.as(token)('environments.list');
    await one.call('tokens.revoke', { id });
    expect(await codeOf(two.as(token)('environments.list'))).toBe('unauthenticated');
    expect(await codeOf(one.call('tokens.revoke', { id }))).toBe('not_found');
  });

  it.each(['a//b', '__system', 'x/${host}', ':'])('is not narrowed to %j, which is not a pattern', async (scope) => {
    const server = await startServer();
    expect(await codeOf(server.call('tokens.create', { name: 'x', role: 'author', scopes: [scope] }))).toBe(
      'invalid_request',
    );
  });
});

describe('a token is revoked', () => {
  it('by its name too, unless another has the same', async () => {
    const { call } = await startServer();
    const one = await call('tokens.create', { name: 'ci', role: 'author' });
    await call('tokens.revoke', { id: 'ci' });
    expect((await call('tokens.list')).tokens.map(({ id }) => id)).not.toContain(one.id);
    const twins = [
      await call('tokens.create', { name: 'twin', role: 'author' }),
      await call('tokens.create', { name: 'twin', role: 'author' }),
    ];
    expect(await codeOf(call('tokens.revoke', { id: 'twin' }))).toBe('conflict');
    await call('tokens.revoke', { id: twins[0]?.id ?? '' });
    await call('tokens.revoke', { id: 'twin' });
    expect(await codeOf(call('tokens.revoke', { id: 'twin' }))).toBe('not_found');
  });
});
