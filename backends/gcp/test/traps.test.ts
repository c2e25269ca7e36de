import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen } from '@kici-dev/secret-backend-conformance/testing';
import { add, text } from './support/store.ts';
import { transports } from './support/subject.ts';
import { context, openWorld, ref } from './support/world.ts';

/** One test per trap that adapters of this service fall into. */
describe.each(transports)('traps, over %s', (transport) => {
  it('absent is not confused with unknown: who may not read, or not ask, is not told that there is nothing', async () => {
    await using world = await openWorld({ transport });
    const { model } = world.fake;
    expect(await world.read(ref('K'))).toBe('absent');
    model.denied.push((permission) => permission === 'secretmanager.versions.access');
    expect(await world.read(ref('K'))).toBe('unknown permission_denied');
    model.denied.splice(0, 1, (permission) => permission === 'secretmanager.secrets.get');
    expect(await world.read(ref('K')), 'NOT_FOUND alone proves nothing').toBe('unknown permission_denied');
  });

  it('a secret without a version is told from none: the secret itself is asked', async () => {
    await using world = await openWorld({ transport });
    world.fake.model.create('shop--K');
    expect(await world.read(ref('K'))).toBe('unknown no_version');
    expect(world.calls()).toEqual(['AccessSecretVersion', 'GetSecret']);
  });

  it('latest is the newest version in any state, and never the newest enabled one', async () => {
    await using world = await openWorld({ transport });
    const { model } = world.fake;
    add(model, 'shop--K', 'older');
    const newest = add(model, 'shop--K', 'newer');
    expect(await world.read(ref('K'))).toBe('found newer (2)');
    newest.state = 'DISABLED';
    expect(await world.read(ref('K'))).toBe('unknown disabled');
    model.destroy('shop--K', newest);
    expect(await world.read(ref('K'))).toBe('unknown destroyed');
    expect(await world.read(ref('K', '1')), 'a pin is another question').toBe('found older (1)');
  });

  it('who may not look at the state of a version learns that, and not that there is none', async () => {
    await using world = await openWorld({ transport });
    const { model } = world.fake;
    add(model, 'shop--K', 'value').state = 'DISABLED';
    model.denied.push((permission) => permission === 'secretmanager.versions.get');
    const [outcome] = await world.backend.read([ref('K')], context());
    expect(outcome).toMatchObject({
      status: 'unknown',
      code: 'permission_denied',
      detail: expect.stringContaining('disabled or destroyed'),
    });
  });

  it('data_crc32c is checked', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value').data?.write('V');
    expect(await world.read(ref('K'))).toBe('unknown corrupt');
  });

  it('data_crc32c may be left out by the service', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value').dataCrc32c = undefined;
    expect(await world.read(ref('K'))).toBe('found value (1)');
  });

  it('data_crc32c is sent with a write, and its confirmation is insisted on', async () => {
    await using world = await openWorld({ transport });
    await world.backend.write?.({ ...ref('K'), value: text('value') }, context());
    expect(world.fake.model.version('shop--K', '1', false).clientSpecifiedPayloadChecksum).toBe(true);
    world.fake.service.alter = (method, message) =>
      method === 'AddSecretVersion' ? { ...message, clientSpecifiedPayloadChecksum: false } : message;
    await expect(world.backend.write?.({ ...ref('K'), value: text('value') }, context())).rejects.toMatchObject({
      code: 'corrupt',
    });
  });

  it('a checksum of nothing is a checksum: zero is not "left out"', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value').dataCrc32c = 0n;
    expect(await world.read(ref('K'))).toBe('unknown corrupt');
  });

  it('names come back with the project number, whatever was asked with', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    expect((await world.list()).secrets).toEqual([{ scope: 'shop', key: 'K' }]);
    expect(await world.read(ref('K'))).toBe('found value (1)');
    expect(world.fake.service.requests.map(({ request }) => request['name'] ?? request['parent'])).toEqual([
      'projects/acme-production',
      'projects/acme-production/secrets/shop--K/versions/latest',
    ]);
  });

  it("the client's own retries, which go on for ten minutes, never start", async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    for (const fault of ['server_error', 'throttle'] as const) {
      world.fake.service.faults.set(fault);
      await world.read(ref('K'));
      expect(world.calls(), fault).toEqual(['AccessSecretVersion']);
    }
  });

  it('call options are not shared: each of many concurrent calls has its own routing header', async () => {
    await using world = await openWorld({ transport });
    const refs = Array.from({ length: 50 }, (_, index) => ref(`K${index}`));
    for (const { key } of refs) add(world.fake.model, `shop--${key}`, key);
    await world.backend.read(refs, context());
    for (const { request, headers } of world.fake.service.requests) {
      expect(headers['x-goog-request-params']).toBe(`name=${encodeURIComponent(String(request['name']))}`);
    }
  });

  it("a signal ends a call that the service does not answer, and the deadline is the caller's", async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.faults.set('hang');
    const controller = new AbortController();
    const aborted = world.backend.read([ref('K')], context(60_000, controller.signal));
    await world.fake.service.arrived(1);
    controller.abort();
    expect(await aborted).toMatchObject([{ status: 'unknown', code: 'aborted' }]);
    expect(await world.backend.read([ref('K')], context(200))).toMatchObject([{ status: 'unknown', code: 'timeout' }]);
  });

  it('a version pin is not a cache key to forget: each version answers for itself', async () => {
    await using world = await openWorld({ transport });
    for (const value of ['one', 'two', 'three']) add(world.fake.model, 'shop--K', value);
    const outcomes = await world.backend.read(
      [ref('K', '1'), ref('K'), ref('K', '2'), ref('K', '1'), ref('K', '4')],
      context(),
    );
    expect(outcomes.map((outcome) => (outcome.status === 'found' ? outcome.value.text() : outcome.status))).toEqual([
      'one',
      'three',
      'two',
      'one',
      'absent',
    ]);
  });

  it('an alias is not a version: it may mean another one tomorrow', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.model.secret('shop--K').versionAliases.set('stable', 1);
    for (const version of ['stable', 'latest', '0', '01', '1/../2'])
      expect(await world.read(ref('K', version))).toBe('unknown invalid_argument');
    expect(world.calls()).toEqual([]);
  });

  it('a health check signs in, lists, and asks for the right to read', async () => {
    await using world = await openWorld({ transport });
    await expect(world.backend.check(context())).resolves.toEqual({
      server: 'Secret Manager (projects/acme-production)',
    });
    add(world.fake.model, 'shop--K', 'value');
    await world.backend.check(context());
    expect(world.calls()).toEqual(['ListSecrets', 'AccessSecretVersion', 'ListSecrets', 'TestIamPermissions']);
    world.fake.model.denied.push((permission) => permission === 'secretmanager.versions.access');
    await expect(world.backend.check(context())).rejects.toMatchObject({ code: 'permission_denied' });
    world.fake.service.tokens.clear();
    await expect(world.backend.check(context())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('a health check asks for nothing outside the prefix, which a condition may end the rights at', async () => {
    await using world = await openWorld({ transport, settings: { prefix: 'ci-' } });
    world.fake.model.denied.push(
      (permission, id) => permission === 'secretmanager.versions.access' && id?.startsWith('ci-') !== true,
    );
    await expect(world.backend.check(context())).resolves.toMatchObject({ server: expect.any(String) });
    add(world.fake.model, 'others', 'value');
    await expect(world.backend.check(context())).resolves.toMatchObject({ server: expect.any(String) });
  });

  it('quota errors say when to come back', async () => {
    await using world = await openWorld({ transport });
    world.fake.service.faults.set('throttle');
    expect(await world.backend.read([ref('K')], context())).toMatchObject([
      { status: 'unknown', code: 'throttled', retryAfterMs: 2_000 },
    ]);
  });
});

describe.each(transports)('an answer to another question, over %s', (transport) => {
  const answers = (name: string, data: Buffer): Readonly<Record<string, unknown>> => ({
    name: `projects/123456789012/secrets/${name}`,
    payload: { data },
  });

  it.each([
    ['of another secret', answers('other--K/versions/1', Buffer.from('theirs'))],
    ['of another version than the pinned one', answers('shop--K/versions/2', Buffer.from('newer'))],
    ['without a value, which the service does not take', answers('shop--K/versions/1', Buffer.alloc(0))],
  ])('%s is never served', async (_, answer) => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.alter = (method, message) => (method === 'AccessSecretVersion' ? answer : message);
    expect(await world.read(ref('K', '1'))).toBe('unknown bad_answer');
  });

  it('that is larger than any is not taken into memory', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.alter = (_, message) => ({ ...message, etag: 'x'.repeat(9 * 1024 * 1024) });
    await expect(world.backend.delete?.(ref('K'), context())).rejects.toMatchObject({ code: 'too_large' });
  });

  it('deletes nothing', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.alter = (method, message) =>
      method === 'GetSecret' ? { ...message, name: 'projects/123456789012/secrets/other--K' } : message;
    await expect(world.backend.delete?.(ref('K'), context())).rejects.toMatchObject({ code: 'bad_answer' });
    expect(world.calls()).toEqual(['GetSecret']);
  });

  it('is not a version of ours', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.alter = (method, message) =>
      method === 'ListSecretVersions'
        ? { versions: [{ name: 'projects/123456789012/secrets/other--K/versions/9', state: 'ENABLED' }] }
        : message;
    await expect(world.backend.versions?.(ref('K'), context())).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it.each(['ListSecrets', 'ListSecretVersions'])('that leads %s round in a circle ends it', async (looped) => {
    await using world = await openWorld({ transport, fake: { maxPageSize: 1 } });
    for (const value of ['one', 'two', 'three']) add(world.fake.model, 'shop--K', value);
    for (const key of ['A', 'B']) add(world.fake.model, `shop--${key}`, 'value');
    world.fake.service.alter = (method, message) => (method === looped ? { ...message, nextPageToken: 'MQ' } : message);
    await expect(
      looped === 'ListSecrets' ? world.list() : world.backend.versions?.(ref('K'), context()),
    ).rejects.toMatchObject({ code: 'bad_answer' });
    expect(world.calls()).toHaveLength(2);
  });
});

/** Over REST the client library takes the HTTP status of any body. */
describe("a stranger's answer over rest", () => {
  it.each([
    [404, '<html>not found</html>', 'bad_answer'],
    [404, '{"message":"no such page"}', 'bad_answer'],
    [404, '{"code":404,"message":"no such page"}', 'bad_answer'],
    [404, '', 'bad_answer'],
    [400, '<html>', 'bad_answer'],
    [302, '', 'bad_answer'],
    [502, '<html>bad gateway</html>', 'server_error'],
    [403, '<html>forbidden</html>', 'permission_denied'],
    [429, '<html>slow down</html>', 'throttled'],
    [200, '{}', 'bad_answer'],
    [200, '[]', 'bad_answer'],
  ])('with the status %i and the body %j is never absence', async (status, body, code) => {
    const asked: string[] = [];
    const stranger = await listen(
      createServer((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(status, { 'content-type': 'text/html', location: 'http://127.0.0.1:9/elsewhere' });
        response.end(body);
      }),
    );
    try {
      await using world = await openWorld({
        transport: 'rest',
        settings: { endpoint: `http://127.0.0.1:${stranger.port}` },
      });
      expect(await world.read(ref('K'))).toBe(`unknown ${code}`);
      expect(asked).toHaveLength(1);
    } finally {
      await stranger.stop();
    }
  });

  /** The client library takes all of these for an empty list. */
  it.each([
    [200, '[]', 'application/json'],
    [200, '"please log in"', 'application/json'],
    [200, '{"message":"please log in"}', 'application/json'],
    [200, '{"error":{"code":404,"status":"NOT_FOUND"}}', 'application/json'],
    [200, '{}', 'text/html'],
    [201, '{}', 'application/json'],
    [204, '', 'application/json'],
    [206, '{}', 'application/json'],
  ])(
    'with the status %i, the body %j and the type %s is not an empty list, and nothing that was deleted',
    async (status, body, type) => {
      const stranger = await listen(
        createServer((_, response) => {
          response.writeHead(status, { 'content-type': type });
          response.end(body);
        }),
      );
      try {
        await using world = await openWorld({
          transport: 'rest',
          settings: { endpoint: `http://127.0.0.1:${stranger.port}` },
        });
        await expect(world.list()).rejects.toMatchObject({ code: 'bad_answer' });
        await expect(world.backend.versions?.(ref('K'), context())).rejects.toMatchObject({ code: 'bad_answer' });
        await expect(world.backend.delete?.(ref('K'), context())).rejects.toMatchObject({ code: 'bad_answer' });
      } finally {
        await stranger.stop();
      }
    },
  );
});
