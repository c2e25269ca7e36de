import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardSessionPath } from '../../src/api/dashboard-session.ts';
import { ask, signIn, type SignedIn } from './support/browser.ts';
import { acceptTampering, codeOf, startServer, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
beforeAll(async () => {
  shared = await startSharedServer({ publicUrls: [new URL('https://kici.example.com'), new URL('http://kici:4000')] });
  server = shared.server;
});
afterAll(() => shared.stop());

const statusOf = async (person: SignedIn): Promise<number> => (await person.ask(dashboardSessionPath)).status;
const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask(server.url, dashboardSessionPath, { method: 'POST', headers, body: JSON.stringify(body) });
const issue = async (role: 'admin' | 'author' | 'auditor' | 'agent' | 'owner', more: Record<string, unknown> = {}) =>
  server.call('tokens.create', { name: `${role}-${Math.random()}`, role, ...more });

describe('signing in', () => {
  it('with a token gives a cookie that scripts cannot read, and says who is signed in', async () => {
    const { session, setCookie } = await signIn(server.url, { token: server.owner });
    expect(setCookie).toMatch(
      new RegExp(`^kici-${new URL(server.url).port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect(session).toMatchObject({ actor: 'local', role: 'owner', organization: 'default', everyOrganization: true });
    expect(session.permissions).toContain('secrets:write');
    expect(JSON.stringify(session)).not.toContain(server.owner);
  });

  it('through a proxy with TLS gives a cookie that travels over TLS alone, from this host', async () => {
    for (const headers of [
      { host: 'kici.example.com', origin: 'https://kici.example.com' },
      { host: '127.0.0.1', origin: 'https://kici.example.com' },
      { host: 'kici.example.com' },
    ]) {
      const person = await signIn(server.url, { token: server.owner }, headers);
      expect(person.setCookie).toMatch(/^__Host-kici=[\w-]{43}; Secure; Path=\/; HttpOnly; SameSite=Strict$/);
      expect(await statusOf(person)).toBe(200);
    }
  });

  it('is refused where the network would carry the cookie in the clear, unless the operator names that address', async () => {
    const open = await startServer({ settings: { host: '0.0.0.0' } });
    const refused = await ask(open.url, dashboardSessionPath, {
      method: 'POST',
      headers: { host: '0.0.0.0:4000' },
      body: JSON.stringify({ token: open.owner }),
    });
    expect([refused.status, refused.json?.['error']]).toEqual([421, 'host_not_allowed']);
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect((await open.call('sessions.list')).sessions).toEqual([]);
    const named = await signIn(server.url, { token: server.owner }, { host: 'kici:4000' });
    expect(named.cookie).toMatch(/^kici-4000=/);
  });

  it('with a code that `kici-admin dashboard` makes works once, and within a minute', async () => {
    let now = Date.now();
    const timed = await startServer({ now: () => now });
    const { code } = await timed.call('sessions.code');
    const person = await signIn(timed.url, { code });
    expect(person.session.actor).toBe('local');
    await expect(signIn(timed.url, { code })).rejects.toThrow('401');
    const { code: late } = await timed.call('sessions.code');
    now += 60_000;
    await expect(signIn(timed.url, { code: late })).rejects.toThrow('401');
    // A session cannot prolong itself.
    const refused = await person.call('sessions.code');
    expect([refused.status, refused.json?.['error']]).toEqual([403, 'operation_disabled']);
  });

  it.each([
    ['nothing', {}],
    ['both', { token: 'a', code: 'b' }],
    ['a list', []],
    ['something more', { token: 'a', id: 'chosen' }],
    ['a number', { token: 1 }],
  ])('with %s is an invalid request', async (_, body) => {
    const answer = await post(body);
    expect([answer.status, answer.json?.['error']]).toEqual([400, 'invalid_request']);
  });

  it("is not for agents' tokens, nor for those of jobs", async () => {
    const { token } = await issue('agent');
    expect((await post({ token })).status).toBe(403);
    expect((await post({ token: 'kicijob_abc' })).status).toBe(401);
  });

  it('ends the session that the browser had, so that none is left that nobody sees', async () => {
    const { token } = await issue('admin');
    const before = await signIn(server.url, { token });
    const after = await signIn(server.url, { token }, { cookie: before.cookie });
    expect(after.cookie).not.toBe(before.cookie);
    expect(await statusOf(before)).toBe(401);
  });

  it('never takes over an id that the browser brings along (session fixation)', async () => {
    const chosen = `kici-${new URL(server.url).port}=${'A'.repeat(43)}`;
    const person = await signIn(server.url, { token: server.owner }, { cookie: chosen });
    expect(person.cookie).not.toBe(chosen);
    expect((await ask(server.url, dashboardSessionPath, { headers: { cookie: chosen } })).status).toBe(401);
  });

  it('is limited by address and by the beginning of the token, and only what fails counts', async () => {
    let now = Date.now();
    const limited = await startServer({ now: () => now });
    const guess = async (token: string) =>
      (await ask(limited.url, dashboardSessionPath, { method: 'POST', body: JSON.stringify({ token }) })).status;
    const same = [];
    for (let index = 0; index < 6; index += 1) same.push(await guess(`kici_same-prefix-${index}`));
    expect(same).toEqual([401, 401, 401, 401, 401, 429]);
    for (let index = 0; index < 10; index += 1) await signIn(limited.url, { token: limited.owner });
    for (let index = 0; index < 25; index += 1) expect(await guess(`kici_${index}-other-prefix`)).toBe(401);
    expect(await guess('kici_one-more')).toBe(429);
    expect(await guess(limited.owner)).toBe(429);
    now += 60_000;
    expect(await guess(limited.owner)).toBe(200);
  });

  it('is limited for guesses that come at once, too', async () => {
    const limited = await startServer();
    const guesses = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, index) =>
          (
            await ask(limited.url, dashboardSessionPath, {
              method: 'POST',
              body: JSON.stringify({ token: `kici_same-prefix-${index}` }),
            })
          ).status,
      ),
    );
    expect(guesses.filter((status) => status === 401)).toHaveLength(5);
    expect(guesses.filter((status) => status === 429)).toHaveLength(15);
  });

  it('is written to the audit log, with the session that it opened', async () => {
    const { session } = await signIn(server.url, { token: server.owner });
    const { rows } = await server.call('audit.list', { operation: 'sessions.open', limit: 2 });
    expect(rows[0]).toMatchObject({ phase: 'outcome', result: 'done', subject: { session: session.id } });
    expect(rows[1]).toMatchObject({ phase: 'intent' });
  });
});

describe('a session', () => {
  it('may do what its token may, at its places, and goes by the name of both in the audit log', async () => {
    const { token, id } = await issue('admin', { scopes: ['team/**'] });
    const person = await signIn(server.url, { token });
    expect(person.session.scopes).toEqual(['team/**']);
    expect((await person.call('secrets.set', { scope: 'team/a', key: 'K', value: 'dg==' })).status).toBe(200);
    expect((await person.call('secrets.set', { scope: 'other', key: 'K', value: 'dg==' })).status).toBe(403);
    expect((await person.call('organizations.list')).status).toBe(403);
    const { rows } = await server.call('audit.list', { operation: 'secrets.set', limit: 1 });
    expect(rows[0]?.actor).toContain(`session:${person.session.id}:token:${id}:`);
  });

  it('follows its token, when that may do less than it could when the session was opened', async () => {
    const own = await startServer();
    const { token, id } = await own.call('tokens.create', { name: 'shrinks', role: 'admin' });
    const person = await signIn(own.url, { token });
    const set = async () => (await person.call('secrets.set', { scope: 'other', key: 'K', value: 'dg==' })).status;
    expect(await set()).toBe(200);
    own.tamper(`UPDATE tokens SET scopes = '["team/**"]' WHERE id = '${id}'`);
    expect(await set()).toBe(500);
    await acceptTampering(own);
    expect(await set()).toBe(403);
    own.tamper(`UPDATE tokens SET role = 'agent' WHERE id = '${id}'`);
    await acceptTampering(own);
    expect(await statusOf(person)).toBe(403);
  });

  it('reaches no further organization than its token does', async () => {
    await server.call('organizations.create', { name: 'payments' });
    const person = await signIn(server.url, { token: (await issue('admin')).token });
    expect((await person.call('environments.list', {}, 'payments')).status).toBe(403);
    expect((await person.call('environments.list', {}, 'nowhere')).status).toBe(403);
    const everywhere = await signIn(server.url, { token: server.owner, organization: 'payments' });
    expect(everywhere.session.organization).toBe('payments');
    expect((await everywhere.call('environments.list', {}, 'payments')).status).toBe(200);
    expect((await post({ token: (await issue('admin')).token, organization: 'payments' })).status).toBe(403);
  });

  it('never opens the session of a job, which reads values', async () => {
    const person = await signIn(server.url, { token: server.owner });
    await server.call('environments.create', { name: 'no-jobs' });
    const answer = await person.call('jobs.open', {
      environment: 'no-jobs',
      workflow: 'w',
      job: 'j',
      agentPublicKey: 'AAAA',
    });
    expect([answer.status, answer.json?.['error']]).toEqual([403, 'operation_disabled']);
  });

  it('ends at sign-out, and takes its cookies back', async () => {
    const person = await signIn(server.url, { token: server.owner });
    const out = await person.ask(dashboardSessionPath, { method: 'DELETE' });
    expect(out.status).toBe(200);
    expect(out.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-kici=; Max-Age=0/),
      expect.stringMatching(/^kici-\d+=; Max-Age=0/),
    ]);
    expect(await statusOf(person)).toBe(401);
  });

  it('ends with its token, when that is revoked and when it expires', async () => {
    let now = Date.now();
    const timed = await startServer({ now: () => now });
    const revoked = await timed.call('tokens.create', { name: 'revoked', role: 'admin' });
    const person = await signIn(timed.url, { token: revoked.token });
    const { code } = await timed.as(revoked.token)('sessions.code');
    await timed.call('tokens.revoke', { id: revoked.id });
    expect(await statusOf(person)).toBe(401);
    expect((await person.call('environments.list')).status).toBe(401);
    await expect(signIn(timed.url, { code })).rejects.toThrow('401');
    const short = await timed.call('tokens.create', { name: 'short', role: 'admin', lifetimeMs: 60_000 });
    const other = await signIn(timed.url, { token: short.token });
    expect(Date.parse(other.session.expires)).toBe(now + 60_000);
    now += 60_000;
    expect((await other.call('environments.list')).status).toBe(401);
  });

  it('ends after a time without requests, and after its whole time with them', async () => {
    let now = Date.now();
    const minute = 60_000;
    const settings = { signInLimits: { idleMs: 10 * minute, lifetimeMs: 30 * minute } };
    const timed = await startServer({ now: () => now, settings });
    const idle = await signIn(timed.url, { token: timed.owner });
    const busy = await signIn(timed.url, { token: timed.owner });
    for (let past = 0; past < 27; past += 9) {
      now += 9 * minute;
      expect((await busy.call('environments.list')).status).toBe(200);
    }
    const answer = await idle.call('environments.list');
    expect([answer.status, answer.json?.['message']]).toEqual([401, expect.stringContaining('was idle')]);
    now += 3 * minute;
    const over = await busy.call('environments.list');
    expect([over.status, over.json?.['message']]).toEqual([
      401,
      expect.stringContaining('reached its maximum lifetime'),
    ]);
  });

  it('is kept as a hash, sealed: one that somebody made longer, or another’s, is refused', async () => {
    const own = await startServer();
    const person = await signIn(own.url, { token: own.owner });
    const secret = person.cookie.split('=')[1] ?? '';
    own.tamper(`UPDATE sign_ins SET expires_at = expires_at + 1`);
    const answer = await person.call('environments.list');
    expect([answer.status, answer.json?.['error']]).toEqual([500, 'tampered']);
    expect(await codeOf(own.call('sessions.list'))).toBe('tampered');
    await own.call('sessions.end', { id: person.session.id });
    expect((await own.call('sessions.list')).sessions).toEqual([]);
    expect(own.log()).not.toContain(secret);
  });
});

describe('sessions', () => {
  it('are listed and ended by whoever manages tokens, and everybody sees the own ones', async () => {
    const own = await startServer();
    const author = await own.call('tokens.create', { name: 'author', role: 'author' });
    const admin = await own.call('tokens.create', { name: 'admin', role: 'admin' });
    const first = await signIn(own.url, { token: author.token });
    const boss = await signIn(own.url, { token: own.owner });
    const names = async (token: string) =>
      (await own.as(token)('sessions.list')).sessions.map(({ tokenName }) => tokenName).toSorted();
    expect(await names(own.owner)).toEqual(['author', 'local']);
    expect(await names(author.token)).toEqual(['author']);
    expect(await names(admin.token)).toEqual(['author']);
    expect((await boss.call('sessions.list')).json).toMatchObject({
      sessions: expect.arrayContaining([
        expect.objectContaining({ id: boss.session.id, own: true }),
        expect.objectContaining({ id: first.session.id, own: false }),
      ]),
    });
    expect(await codeOf(own.as(author.token)('sessions.end', { id: boss.session.id }))).toBe('not_found');
    expect(await codeOf(own.as(admin.token)('sessions.end', { id: boss.session.id }))).toBe('not_found');
    expect((await boss.call('sessions.end', { id: first.session.id })).status).toBe(200);
    expect(await statusOf(first)).toBe(401);
    expect(await statusOf(boss)).toBe(200);
  });
});
