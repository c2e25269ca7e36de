import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardSessionPath } from '../../../src/api/dashboard-session.ts';
import { ask, signIn, type SignedIn } from '../support/browser.ts';
import { startSharedServer, type TestServer } from '../support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let person: SignedIn;
let port: string;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  person = await signIn(server.url, { token: server.owner });
  ({ port } = new URL(server.url));
});
afterAll(() => shared.stop());

const path = '/api/v1/orgs/default/environments';
const create = (name: string, headers: Record<string, string | readonly string[]>) =>
  ask(server.url, path, { method: 'POST', headers, body: JSON.stringify({ name }) });
const errorOf = async (answer: ReturnType<typeof create>) => {
  const { status, json } = await answer;
  return [status, json?.['error']];
};

describe('a page of another site that has the cookie sent', () => {
  it('changes nothing without the header that only the own page knows', async () => {
    const { cookie } = person;
    const { csrf } = person.session;
    for (const headers of [{}, { 'x-kici-csrf': '' }, { 'x-kici-csrf': 'guess' }, { 'x-kici-csrf': `${csrf}x` }])
      expect(await errorOf(create('mine', { cookie, ...headers }))).toEqual([403, 'origin_not_allowed']);
    const other = await signIn(server.url, { token: server.owner });
    const foreign = { cookie, 'x-kici-csrf': other.session.csrf };
    expect(await errorOf(create('mine', foreign))).toEqual([403, 'origin_not_allowed']);
    expect(await errorOf(ask(server.url, dashboardSessionPath, { method: 'DELETE', headers: { cookie } }))).toEqual([
      403,
      'origin_not_allowed',
    ]);
    expect((await server.call('environments.list')).environments).toEqual([]);
    expect((await create('mine', { cookie, 'x-kici-csrf': csrf })).status).toBe(200);
    await server.call('environments.delete', { environment: 'mine' });
  });

  it.each(['http://127.0.0.1:1', 'http://localhost:3000', 'https://evil.example', 'null'])(
    'from %s is refused by its origin, with the header too',
    async (origin) => {
      const headers = { cookie: person.cookie, 'x-kici-csrf': person.session.csrf, origin };
      expect(await errorOf(create('mine', headers))).toEqual([403, 'origin_not_allowed']);
      expect(
        await errorOf(
          ask(server.url, dashboardSessionPath, {
            method: 'POST',
            headers: { origin },
            body: JSON.stringify({ token: server.owner }),
          }),
        ),
      ).toEqual([403, 'origin_not_allowed']);
    },
  );

  it.each(['cross-site', 'same-site'])('cannot even read with it (%s)', async (site) => {
    const headers = { cookie: person.cookie, 'sec-fetch-site': site };
    expect(await errorOf(ask(server.url, path, { headers }))).toEqual([403, 'origin_not_allowed']);
  });

  it('whose name was made to point here is refused by that name (DNS rebinding)', async () => {
    const host = `rebound.example:${port}`;
    for (const more of [{}, { origin: `http://${host}` }]) {
      const headers = { host, cookie: person.cookie, 'x-kici-csrf': person.session.csrf, ...more };
      expect(await errorOf(ask(server.url, dashboardSessionPath, { headers }))).toEqual([421, 'host_not_allowed']);
      expect(await errorOf(create('mine', headers))).toEqual([421, 'host_not_allowed']);
      expect(
        await errorOf(
          ask(server.url, dashboardSessionPath, {
            method: 'POST',
            headers: { host, ...more },
            body: JSON.stringify({ token: server.owner }),
          }),
        ),
      ).toEqual([421, 'host_not_allowed']);
    }
  });
});

describe('a request', () => {
  it('with a token and a session is refused: they may allow different things', async () => {
    const headers = { cookie: person.cookie, authorization: `Bearer ${server.owner}` };
    expect(await errorOf(ask(server.url, path, { headers }))).toEqual([400, 'invalid_request']);
  });

  it('with the password of a proxy and a session is served', async () => {
    const headers = { cookie: person.cookie, authorization: 'Basic dXNlcjpwYXNz' };
    expect((await ask(server.url, path, { headers })).status).toBe(200);
  });

  it('with two sessions is refused, and the name that no page can set wins over the other', async () => {
    const { cookie } = person;
    expect(await errorOf(ask(server.url, path, { headers: { cookie: `${cookie}; ${cookie}` } }))).toEqual([
      400,
      'invalid_request',
    ]);
    const planted = `${cookie}; __Host-kici=${'A'.repeat(43)}`;
    expect(await errorOf(ask(server.url, path, { headers: { cookie: planted } }))).toEqual([401, 'unauthenticated']);
  });

  it.each([
    ['', 401],
    ['kici', 401],
    ['=;=;;', 401],
    ['a=b; __proto__=x; constructor=y', 401],
  ])('with the cookie %j has no session', async (cookie, status) => {
    expect((await ask(server.url, path, { headers: { cookie } })).status).toBe(status);
  });

  it('with a huge cookie is refused before anything is looked up', async () => {
    expect((await ask(server.url, path, { headers: { cookie: `a=${'x'.repeat(20_000)}` } })).status).toBe(431);
    const long = `kici-${port}=${'x'.repeat(8_000)}`;
    expect((await ask(server.url, path, { headers: { cookie: long } })).status).toBe(401);
  });

  it("of a session for another server's port is not one of this server", async () => {
    const cookie = person.cookie.replace(/^kici-\d+/, 'kici-1');
    expect((await ask(server.url, path, { headers: { cookie } })).status).toBe(401);
  });
});
