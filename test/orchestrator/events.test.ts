import { describe, expect, it, vi } from 'vitest';
import { startApplication } from '../../src/composition/application.ts';
import { createEventStreams } from '../../src/orchestrator/events/streams.ts';
import { inRequest, requestHolder } from '../../src/orchestrator/request-scope.ts';
import { pino } from 'pino';
import { databaseFor } from '../support/engine.ts';
import { signIn } from './support/browser.ts';
import { listen, type Listening } from './support/events.ts';
import { add } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { startServer, testKey, type TestServer } from './support/server.ts';

const kinds = (stream: Listening): unknown[] => stream.events().map(({ data }) => data);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Makes a change that everybody hears, so that all earlier ones have been heard. */
async function settle(server: TestServer, ...streams: Listening[]): Promise<void> {
  await server.call('policy.set', { enable: ['secrets.set'] });
  await server.call('policy.set', { disable: ['secrets.declare'] });
  for (const stream of streams)
    await expect.poll(() => kinds(stream)).toContainEqual(expect.objectContaining({ kind: 'policy' }));
}

describe('a page that listens', () => {
  it('hears of everything that changes, by name, and of no value', async () => {
    const server = await startServer();
    const person = await signIn(server.url, { token: server.owner });
    const stream = await listen(server.url, { cookie: person.cookie });
    await server.call('environments.create', { name: 'production', bind: ['production'] });
    await server.call('secrets.set', {
      scope: 'production',
      key: 'K',
      value: Buffer.from('canary-1').toString('base64'),
    });
    await server.call('variables.set', { environment: 'production', name: 'V', value: 'canary-2' });
    await server.call('bindings.add', { environment: 'production', scope: 'team/**' });
    await server.call('tokens.create', { name: 'other', role: 'admin' });
    await server.call('policy.set', { disable: ['secrets.set'] });
    await expect
      .poll(() => kinds(stream))
      .toEqual(
        expect.arrayContaining([
          { kind: 'environments', name: 'production' },
          { kind: 'secrets', scope: 'production', key: 'K' },
          { kind: 'variables', environment: 'production', name: 'V' },
          { kind: 'bindings', environment: 'production', scope: 'team/**' },
          { kind: 'tokens' },
          { kind: 'policy' },
        ]),
      );
    expect(stream.text()).not.toMatch(/canary|Y2FuYXJ5/);
    stream.stop();
  });

  it('hears of what another orchestrator over the same data does', async () => {
    const server = await startServer();
    const stream = await listen(server.url, bearer(server.owner));
    const other = await startApplication(
      {
        dataDir: server.dataDir,
        database: (await databaseFor(server.dataDir)).server,
        key: { kind: 'text', text: testKey, name: 'the test key' },
        host: '127.0.0.1',
        port: 0,
        dashboard: true,
        allowedAddresses: undefined,
        ambientCredentials: false,
        ambientPaths: [],
        backendPackages: [],
        requestTimeoutMs: 15_000,
        keepDeletedMs: 0,
      },
      pino({ level: 'silent' }),
    );
    try {
      const person = await signIn(other.url, { token: server.owner });
      await person.call('scopes.create', { scope: 'elsewhere' });
      await expect.poll(() => kinds(stream)).toContainEqual({ kind: 'scopes', scope: 'elsewhere' });
    } finally {
      await other.stop();
    }
    stream.stop();
  });

  it('hears that the health of a backend has changed, as this orchestrator sees it', async () => {
    const server = await startServer();
    const corp = newService({ 'apps KEY': 'v' });
    await add(server, 'corp', corp.address);
    await server.call('secrets.list', { backend: 'corp' });
    const stream = await listen(server.url, bearer(server.owner));
    corp.service.password = 'changed';
    await server.call('backends.test', { name: 'corp' });
    await expect.poll(() => kinds(stream)).toContainEqual({ kind: 'health', backend: 'corp' });
    stream.stop();
  });

  it('with a narrowed session hears no name outside of its places, and that something has changed', async () => {
    const server = await startServer();
    await server.call('environments.create', { name: 'mine' });
    await server.call('environments.create', { name: 'theirs' });
    const { token } = await server.call('tokens.create', {
      name: 'narrow',
      role: 'admin',
      scopes: ['team/**'],
      environments: ['mine'],
    });
    const person = await signIn(server.url, { token });
    const stream = await listen(server.url, { cookie: person.cookie });
    await server.call('secrets.set', { scope: 'hidden/place', key: 'HIDDEN', value: 'dg==' });
    await server.call('secrets.set', { scope: 'team/a', key: 'SEEN', value: 'dg==' });
    await server.call('variables.set', { environment: 'theirs', name: 'HIDDEN', value: 'v' });
    await server.call('bindings.add', { environment: 'mine', scope: 'hidden/place' });
    await server.call('environments.delete', { environment: 'theirs' });
    await server.call('tokens.create', { name: 'hidden', role: 'admin' });
    await server.call('organizations.create', { name: 'hidden' });
    await settle(server, stream);
    expect(kinds(stream)).toContainEqual({ kind: 'secrets', scope: 'team/a', key: 'SEEN' });
    expect(kinds(stream)).toContainEqual({ kind: 'changed' });
    expect(stream.text()).not.toMatch(/hidden|theirs/i);
    stream.stop();
  });

  it('of a role that may not read something hears no more than that something has changed', async () => {
    const server = await startServer();
    const { token } = await server.call('tokens.create', { name: 'author', role: 'author' });
    const stream = await listen(server.url, bearer(token));
    await server.call('backends.add', { name: 'quiet', type: 'memory' }).catch(() => undefined);
    await server.call('tokens.create', { name: 'someone', role: 'admin' });
    await settle(server, stream);
    expect(kinds(stream)).not.toContainEqual(expect.objectContaining({ kind: 'tokens' }));
    expect(stream.text()).not.toMatch(/quiet|someone/);
    stream.stop();
  });

  it('is told when its session ends, and why, and hears nothing more', async () => {
    const server = await startServer();
    const { token, id } = await server.call('tokens.create', { name: 'short', role: 'admin' });
    const person = await signIn(server.url, { token });
    const byCookie = await listen(server.url, { cookie: person.cookie });
    const byToken = await listen(server.url, bearer(token));
    await server.call('sessions.end', { id: person.session.id });
    await byCookie.ended;
    expect(byCookie.events().at(-1)).toEqual({
      event: 'ended',
      data: { error: 'unauthenticated', message: 'this session has ended' },
    });
    await server.call('tokens.revoke', { id });
    await byToken.ended;
    expect(byToken.events().at(-1)).toMatchObject({ event: 'ended', data: { message: 'this token was revoked' } });
  });

  it('does not count as somebody who does something', async () => {
    let now = Date.now();
    const settings = { signInLimits: { idleMs: 60_000, lifetimeMs: 600_000 } };
    const server = await startServer({ now: () => now, settings });
    const person = await signIn(server.url, { token: server.owner });
    const stream = await listen(server.url, { cookie: person.cookie });
    now += 59_000;
    await settle(server, stream);
    now += 1_000;
    await stream.ended;
    expect(stream.events().at(-1)).toMatchObject({ event: 'ended' });
  });

  it('that comes back learns that it has missed something, and nothing where it has not', async () => {
    const server = await startServer();
    const first = await listen(server.url, bearer(server.owner));
    await settle(server, first);
    const id = first.lastId() ?? '';
    expect(id).toMatch(/^\d+$/);
    first.stop();
    await server.call('scopes.create', { scope: 'missed' });
    const back = await listen(server.url, { ...bearer(server.owner), 'last-event-id': id });
    await expect.poll(() => kinds(back)).toContainEqual({ kind: 'changed' });
    const idNow = back.lastId() ?? '';
    back.stop();
    const again = await listen(server.url, { ...bearer(server.owner), 'last-event-id': idNow });
    await settle(server, again);
    expect(kinds(again)).not.toContainEqual({ kind: 'changed' });
    again.stop();
  });
});

describe('streams', () => {
  it('are for those who may open the dashboard, and under a cookie for its own page', async () => {
    const server = await startServer();
    const { token } = await server.call('tokens.create', { name: 'agent', role: 'agent' });
    const person = await signIn(server.url, { token: server.owner });
    const status = async (headers: Record<string, string>, organization?: string): Promise<number> => {
      const stream = await listen(server.url, headers, organization);
      stream.stop();
      return stream.status;
    };
    expect(await status({})).toBe(401);
    expect(await status(bearer(token))).toBe(403);
    expect(await status({ cookie: person.cookie, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({ cookie: person.cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await status(bearer(server.owner), 'nowhere')).toBe(404);
    expect(await status({ cookie: person.cookie })).toBe(200);
  });

  it('are bounded for each token, and one that ends makes room', async () => {
    const server = await startServer();
    const open = await Promise.all(Array.from({ length: 24 }, () => listen(server.url, bearer(server.owner))));
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    expect((await listen(server.url, bearer(server.owner))).status).toBe(429);
    open[0]?.stop();
    await expect
      .poll(async () => {
        const stream = await listen(server.url, bearer(server.owner));
        stream.stop();
        return stream.status;
      })
      .toBe(200);
    for (const stream of open) stream.stop();
  });

  describe('over all tokens', () => {
    const newStreams = () =>
      createEventStreams(() => ({ look: async () => ({ changes: [], overflow: false }), sequence: 0 }));

    function join(streams: ReturnType<typeof newStreams>, tokenId: string, organization: string, ended: string[] = []) {
      const reader = {
        organization,
        tokenId,
        current: () => Promise.reject(new TypeError('nobody looks')),
        send: () => {},
        end: () => ended.push(`${organization} ${tokenId}`),
      };
      return streams.add(reader, undefined);
    }

    it('are bounded, and one that ends makes room', async () => {
      const streams = newStreams();
      const leave = await Promise.all(
        Array.from({ length: 256 }, (_, number) => join(streams, `t${number}`, `o${number % 256}`)),
      );
      await expect(join(streams, 'late', 'late')).rejects.toMatchObject({ code: 'too_many_requests' });
      leave[7]?.();
      await join(streams, 'late', 'late');
      streams.endAll();
    });

    it('give way where somebody has more than others, the oldest first, and no further than to a fair share', async () => {
      const streams = newStreams();
      const ended: string[] = [];
      for (let number = 0; number < 256; number += 1) await join(streams, `t${number % 11}`, 'crowd', ended);
      for (let number = 0; number < 30; number += 1)
        await join(streams, 'late', 'crowd', ended).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'too_many_requests' });
        });
      // 256 among 12 are 21 and a third.
      expect(ended).toHaveLength(21);
      expect(ended).not.toContain('crowd late');
      expect(new Set(ended).size).toBe(11);
      streams.endAll();
    });

    it('give way to nobody who cannot be served', async () => {
      const ended: string[] = [];
      const streams = createEventStreams((organization) => ({
        look: async () => {
          if (organization === 'broken') throw new TypeError('nothing can be read');
          return { changes: [], overflow: false };
        },
        sequence: 0,
      }));
      for (let number = 0; number < 256; number += 1) await join(streams, `t${number}`, 'crowd', ended);
      await expect(join(streams, 'visitor', 'broken', ended)).rejects.toThrow('nothing can be read');
      expect(ended).toEqual([]);
      expect(streams.count()).toBe(256);
      await Promise.all(Array.from({ length: 3 }, () => join(streams, 'visitor', 'quiet', ended)));
      expect(ended).toHaveLength(3);
      expect(streams.count()).toBe(256);
      streams.endAll();
    });

    it('of one organization do not keep out another, however many tokens it has', async () => {
      const streams = newStreams();
      const ended: string[] = [];
      for (let number = 0; number < 256; number += 1) await join(streams, `t${number}`, 'crowd', ended);
      for (let number = 0; number < 20; number += 1) await join(streams, 'visitor', 'quiet', ended);
      expect(ended).toEqual(Array.from({ length: 20 }, (_, number) => `crowd t${number}`));
      streams.endAll();
    });
  });

  it('are looked at in turn with requests, before which the own work of the server goes', async () => {
    const holders = new Array<unknown>();
    const looked = Promise.withResolvers<unknown>();
    const note = (): void => void holders.push(requestHolder());
    const streams = createEventStreams(() => ({
      look: async () => {
        note();
        return { changes: [], overflow: false };
      },
      sequence: 0,
    }));
    const current = (): Promise<never> => {
      note();
      looked.resolve(undefined);
      return Promise.reject(new TypeError('nobody listens'));
    };
    const reader = { organization: 'a', tokenId: 't', current, send: () => {}, end: () => {} };
    const scope = { id: 'r', isOver: false, organization: 'a', isKnown: true };
    await inRequest(scope, () => streams.add(reader, undefined));
    await looked.promise;
    streams.endAll();
    const [first, ...later] = holders;
    expect(first).toEqual({ group: 'known', name: 'a' });
    expect(later).toEqual(Array.from({ length: 2 }, () => ({ group: 'known', name: '' })));
  });

  it('carry something every 15 s, so that nothing on the way takes them for dead', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const server = await startServer();
      const stream = await listen(server.url, bearer(server.owner));
      await vi.advanceTimersByTimeAsync(14_999);
      expect(stream.text()).not.toMatch(/^:$/m);
      await vi.advanceTimersByTimeAsync(1);
      await expect.poll(stream.text).toMatch(/^:$/m);
      stream.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('end when the server stops, which they do not hold up', async () => {
    const server = await startServer();
    const stream = await listen(server.url, bearer(server.owner));
    await server.application.stop();
    await stream.ended;
  });
});
