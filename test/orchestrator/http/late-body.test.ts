import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../support/browser.ts';
import { open } from '../support/jobs.ts';
import { connect, statusOf } from '../support/raw-http.ts';
import { startSharedServer, type TestServer } from '../support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
beforeAll(async () => {
  shared = await startSharedServer();
  ({ server } = shared);
});
afterAll(() => shared.stop());

/** Sends a body only after something else has happened, and long after the head was looked at. */
async function sendLate(
  path: string,
  credentials: readonly string[],
  body: object,
  meanwhile: () => Promise<unknown>,
): Promise<readonly [status: number, error: unknown]> {
  const { socket, text, ended } = await connect(server.url);
  const late = JSON.stringify(body);
  const head = [
    `POST /api/v1/orgs/default/${path} HTTP/1.1`,
    `host: ${new URL(server.url).host}`,
    ...credentials,
    'content-type: application/json',
    `content-length: ${late.length}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // What was sent before has been read by then.
  for (let count = 0; count < 3; count += 1) await (await fetch(`${server.url}/health/live`)).text();
  await meanwhile();
  socket.write(late);
  await ended;
  return [statusOf(text()), /"error":"(\w+)"/.exec(text())?.[1]];
}

const bearer = (token: string): readonly string[] => [`authorization: Bearer ${token}`];
const survivor = { name: 'survivor', role: 'owner' };

it('a token that is revoked before its body came does nothing more', async () => {
  const { token, id } = await server.call('tokens.create', { name: 'bad', role: 'owner' });
  const answer = await sendLate('tokens', bearer(token), survivor, () => server.call('tokens.revoke', { id }));
  expect(answer).toEqual([401, 'unauthenticated']);
  expect((await server.call('tokens.list')).tokens.map(({ name }) => name)).not.toContain('survivor');
});

it('a session that is ended before its body came does nothing more', async () => {
  const { cookie, session } = await signIn(server.url, { token: server.owner });
  const credentials = [`cookie: ${cookie}`, `x-kici-csrf: ${session.csrf}`];
  const end = () => server.call('sessions.end', { id: session.id });
  expect(await sendLate('environments', credentials, { name: 'late' }, end)).toEqual([401, 'unauthenticated']);
  expect((await server.call('environments.list')).environments.map(({ name }) => name)).not.toContain('late');
});

it('the policy that is set before a body came holds for it', async () => {
  const { cookie, session } = await signIn(server.url, { token: server.owner });
  const credentials = [`cookie: ${cookie}`, `x-kici-csrf: ${session.csrf}`];
  const disable = () => server.call('policy.set', { disable: ['environments.create'] });
  expect(await sendLate('environments', credentials, { name: 'late' }, disable)).toEqual([403, 'operation_disabled']);
});

it('a job whose token is revoked before its body came does nothing more', async () => {
  const agent = await server.call('tokens.create', { name: 'agent', role: 'agent' });
  await server.call('environments.create', { name: 'production' });
  const { opened } = await open(server, 'production', server.as(agent.token));
  const revoke = () => server.call('tokens.revoke', { id: agent.id });
  const answer = await sendLate(`jobs/${opened.jobId}/close`, bearer(opened.jobToken), {}, revoke);
  expect(answer).toEqual([410, 'session_ended']);
});
