import { describe, expect, it } from 'vitest';
import { add, open, set } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { startServer, type TestServer } from './support/server.ts';

type Corp = ReturnType<typeof newService>;

/** `corp` above the internal store; the names of `corp` are cached. */
async function federated(more: object = {}): Promise<TestServer & { readonly corp: Corp }> {
  const server = await startServer();
  const corp = newService({ 'apps/shop DB_PASSWORD': 'corp', 'apps/shop API_KEY': 'corp' });
  await add(server, 'corp', corp.address, more);
  await set(server, 'production', 'DB_PASSWORD');
  await server.call('environments.create', { name: 'e', bind: ['production'] });
  await server.call('bindings.add', { environment: 'e', scope: 'corp:apps/**', priority: 10 });
  await open(server, 'e');
  return { ...server, corp };
}

/** The failure itself, or the breaker that it opened. */
const outage = expect.stringMatching(/^(?:unreachable|circuit_open)$/);

const breakDown = ({ corp: { service } }: { readonly corp: Corp }): void => {
  service.fault = 'reset';
  service.faultsLeft = Number.POSITIVE_INFINITY;
};
const mend = ({ corp: { service } }: { readonly corp: Corp }): void => {
  service.faultsLeft = 0;
};

describe('an operator who asks what is true now', () => {
  it('is told of a backend that went down while its names were still cached', async () => {
    const server = await federated();
    breakDown(server);
    const { problems } = await server.call('resolution.check', { environment: 'e' });
    expect(problems).toMatchObject([{ kind: 'backend_failed', severity: 'error', subject: 'corp:apps' }]);
    const explained = await server.call('resolution.explain', { environment: 'e', key: 'DB_PASSWORD' });
    expect(explained).toMatchObject({ status: 'unavailable', blockedBy: [{ backend: 'corp', code: outage }] });
    expect(explained.backends).toContainEqual(
      expect.objectContaining({
        backend: 'corp',
        state: 'failed',
        lastFailure: expect.objectContaining({ code: 'unreachable', at: expect.any(String) }),
      }),
    );
  });

  it('is told since when the breaker has kept a backend from being asked, and why', async () => {
    const server = await federated();
    breakDown(server);
    for (let time = 0; time < 3; time += 1) await server.call('resolution.check', { environment: 'e' });
    const { problems } = await server.call('resolution.check', { environment: 'e' });
    expect(problems[0]?.message).toMatch(
      /\[circuit_open\]; calls to it have been paused since 20.*last failed with unreach/,
    );
    const { backends } = await server.call('resolution.explain', { environment: 'e', key: 'DB_PASSWORD' });
    expect(backends).toContainEqual(
      expect.objectContaining({ backend: 'corp', breaker: 'open', openedAt: expect.stringMatching(/^20/) }),
    );
    expect((await server.call('backends.show', { name: 'corp' })).health).toMatchObject({
      breaker: 'open',
      openedAt: expect.any(String),
      lastFailure: { code: 'unreachable' },
    });
  });

  it('is told of a backend that answers again and failed a moment ago', async () => {
    const server = await federated();
    breakDown(server);
    await server.call('resolution.check', { environment: 'e' });
    mend(server);
    expect((await server.call('resolution.check', { environment: 'e' })).problems).toMatchObject([
      {
        kind: 'backend_unsteady',
        severity: 'warning',
        subject: 'corp',
        message: expect.stringContaining('unreachable'),
      },
    ]);
  });

  it('sees what was written past us a moment ago, in every list', async () => {
    const server = await federated();
    server.corp.service.touch(ref('apps/shop LATER'));
    const { secrets } = await server.call('resolution.catalogue', { environment: 'e' });
    expect(secrets.map(({ key }) => key)).toContain('LATER');
    server.corp.service.touch(ref('apps/shop LATEST'));
    const listed = await server.call('secrets.list', { scope: 'corp:apps/shop' });
    expect(listed.secrets.map(({ key }) => key)).toContain('LATEST');
  });

  it('asks a backend once, however many ask at the same time', async () => {
    const server = await federated();
    const before = server.corp.service.requests;
    server.corp.service.fault = 'delay';
    server.corp.service.faultsLeft = Number.POSITIVE_INFINITY;
    await Promise.all(Array.from({ length: 20 }, () => server.call('resolution.check', { environment: 'e' })));
    expect(server.corp.service.requests - before).toBeLessThan(20);
  });

  it('is told how old the value is that a job would get from the cache', async () => {
    const server = await federated({ cacheMaxAgeMs: 60_000 });
    const explain = async () =>
      (await server.call('resolution.explain', { environment: 'e', key: 'DB_PASSWORD' })).candidates[0];
    expect(await explain()).not.toHaveProperty('cachedAgeMs');
    await (await open(server, 'e')).value('DB_PASSWORD');
    expect((await explain())?.cachedAgeMs).toEqual(expect.any(Number));
  });
});

describe('an answer with names', () => {
  it('has a place for a backend that could not be queried', async () => {
    const server = await federated({ optional: true });
    breakDown(server);
    const part = { backend: 'corp', scopes: ['apps'], code: outage, answered: false, bindings: ['corp:apps/**'] };
    const { secrets, unavailable } = await server.call('resolution.catalogue', { environment: 'e' });
    expect(unavailable).toMatchObject([part]);
    expect(secrets).toMatchObject([{ key: 'DB_PASSWORD', status: 'unavailable' }]);
    // A job's names are as old as the cache allows; changing the backend empties it.
    await server.call('backends.update', { name: 'corp', serveStaleMs: 1 });
    const { opened } = await open(server, 'e');
    expect(opened.unavailable).toMatchObject([part]);
  });

  it('says why, in every list, in explain and in check', async () => {
    const server = await federated();
    server.corp.service.deniedLists.add(ref('apps/hidden K').scope);
    const why = { code: 'permission_denied', reason: 'list_refused' };
    const hint = expect.stringContaining('the right to list there');
    const part = { backend: 'corp', ...why, meaning: expect.stringContaining('the service refused the list'), hint };
    expect((await server.call('secrets.list', { scope: 'corp:apps', tree: true })).unavailable).toMatchObject([part]);
    expect((await server.call('resolution.catalogue', { environment: 'e' })).unavailable).toMatchObject([part]);
    expect((await server.call('resolution.check', { environment: 'e' })).problems).toMatchObject([
      { kind: 'backend_failed', ...why, message: expect.stringContaining('[list_refused]'), hint },
    ]);
    expect(await server.call('resolution.explain', { environment: 'e', key: 'NO_SUCH' })).toMatchObject({
      blockedBy: [{ backend: 'corp', ...why }],
      backends: expect.arrayContaining([expect.objectContaining({ backend: 'corp', ...why })]),
    });
  });

  it('names one cause once, however many scopes of the backend are bound', async () => {
    const server = await federated({ optional: true });
    await server.call('bindings.add', { environment: 'e', scope: 'corp:other' });
    await server.call('bindings.add', { environment: 'e', scope: 'corp:more/**' });
    breakDown(server);
    const { unavailable } = await server.call('resolution.catalogue', { environment: 'e' });
    expect(unavailable).toMatchObject([{ backend: 'corp', scopes: ['apps', 'more', 'other'], code: outage }]);
    expect((await server.call('resolution.check', { environment: 'e' })).problems).toMatchObject([
      { kind: 'backend_failed', keys: ['DB_PASSWORD'] },
    ]);
  });

  it('has a place for a folder that may not be listed, of scopes as of secrets', async () => {
    const server = await federated();
    server.corp.service.deniedLists.add(ref('apps/hidden K').scope);
    const hidden = { backend: 'corp', scopes: ['apps/hidden'], code: 'permission_denied', answered: false };
    expect((await server.call('secrets.list', { scope: 'corp:apps', tree: true })).unavailable).toMatchObject([hidden]);
    expect((await server.call('resolution.catalogue', { environment: 'e' })).unavailable).toMatchObject([hidden]);
    expect((await server.call('scopes.list', { backend: 'internal' })).unavailable).toEqual([]);
  });

  it('tells a token of the parts that it may know of', async () => {
    const server = await federated({ optional: true });
    breakDown(server);
    const asking = async (scopes: string[]) => {
      const { token } = await server.call('tokens.create', { name: 'narrow', role: 'author', scopes });
      return (await server.as(token)('resolution.catalogue', { environment: 'e' })).unavailable.length;
    };
    expect([await asking(['corp:apps/shop']), await asking(['production'])]).toEqual([1, 0]);
  });
});

describe('a key that a map says an optional backend supplies', () => {
  it('is unavailable while the backend is away, and not unlisted', async () => {
    const server = await startServer();
    const corp = newService({ 'apps/db password': 'corp' });
    await add(server, 'corp', corp.address, { optional: true });
    await server.call('environments.create', { name: 'e' });
    await server.call('bindings.add', { environment: 'e', scope: 'corp:apps/db', map: { password: 'DB_PASSWORD' } });
    breakDown({ corp });
    const entry = { key: 'DB_PASSWORD', backend: 'corp', scope: 'apps/db', status: 'unavailable', code: outage };
    expect((await server.call('resolution.catalogue', { environment: 'e' })).secrets).toEqual([entry]);
    const job = await open(server, 'e');
    expect(job.opened.catalogue).toEqual([entry]);
    expect(await job.read('DB_PASSWORD')).toMatchObject([{ status: 'unavailable', code: outage }]);
    expect((await server.call('resolution.check', { environment: 'e' })).problems).toMatchObject([
      { kind: 'backend_failed', severity: 'error', keys: ['DB_PASSWORD'] },
    ]);
  });
});
