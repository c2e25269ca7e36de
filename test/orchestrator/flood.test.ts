import { Agent, request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { base64, codeOf, startServer, type TestServer } from './support/server.ts';
import { add } from './support/jobs.ts';
import { newService } from './support/places.ts';

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

interface Client {
  ask(method: 'GET' | 'PUT', path: string, body?: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** Keeps its connections, as one client does. */
function clientOf({ url, owner }: TestServer, token = owner): Client {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => {
    agent.destroy();
  });
  return {
    ask(method, path, body) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
      const asked = request(`${url}/api/v1/orgs/${path}`, { method, agent, headers }, (answer) => {
        const retryAfter = answer.headers['retry-after'];
        answer.resume().on('end', () => {
          resolve({ status: answer.statusCode ?? 0, retryAfter });
        });
      });
      asked.on('error', reject).end(body && JSON.stringify(body));
      return promise;
    },
  };
}

it('an organization is served while another one floods the server, and none of its answers fails', async () => {
  const server = await startServer({ settings: { httpLimits: { requestsAtOnce: 16, requestsWaiting: 48 } } });
  for (const name of ['a', 'b']) await server.call('organizations.create', { name });
  const seen = new Set<number>();
  const over = new AbortController();
  const flood = Array.from({ length: 120 }, async (_, index) => {
    const client = clientOf(server);
    const body = { scope: `s${index}`, key: 'KEY', value: base64('x') };
    while (!over.signal.aborted) {
      seen.add((await client.ask('PUT', 'a/secrets', body)).status);
    }
  });
  const other = clientOf(server);
  const statuses = new Array<number>();
  // Until the flood has been refused, and for some requests beyond.
  for (let more = 3; more > 0; more -= seen.has(429) ? 1 : 0) {
    statuses.push((await other.ask('GET', 'b/environments')).status);
    statuses.push((await other.ask('PUT', 'b/secrets', { scope: 's', key: 'KEY', value: base64('x') })).status);
  }
  over.abort();
  await Promise.all(flood);
  expect(new Set(statuses)).toEqual(new Set([200]));
  // Of its own requests, one or the other may wait for too long on a busy machine.
  expect([...seen]).toEqual(expect.arrayContaining([200, 429]));
  expect((await server.as(server.owner, 'b')('audit.verify')).problems).toEqual([]);
});

it('while a line is full, a connection that has shown a token is refused before a look-up', async () => {
  const server = await startServer({ settings: { httpLimits: { requestsAtOnce: 1, requestsWaiting: 0 } } });
  const { address, service } = newService();
  await add(server, 'slow', address);
  const { token, id } = await server.call('tokens.create', { name: 'other', role: 'owner' });
  const known = clientOf(server, token);
  expect(await known.ask('GET', 'default/environments')).toMatchObject({ status: 200 });
  await server.call('tokens.revoke', { id });
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ask = service.request.bind(service);
  service.request = async (signal, answer) => {
    reached.resolve();
    await released.promise;
    return ask(signal, answer);
  };
  const holder = server.call('backends.test', { name: 'slow' });
  await reached.promise;
  expect(await known.ask('GET', 'default/environments')).toEqual({ status: 429, retryAfter: '1' });
  // It has shown none for another organization, and neither has a new connection for this one.
  expect(await known.ask('GET', 'other/environments')).toMatchObject({ status: 401 });
  expect(await codeOf(server.as(token)('environments.list'))).toBe('unauthenticated');
  released.resolve();
  await holder;
  expect(await clientOf(server, token).ask('GET', 'default/environments')).toMatchObject({ status: 401 });
});
