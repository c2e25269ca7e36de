import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn, type SignedIn } from './support/browser.ts';
import { startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let person: SignedIn;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  for (const value of ['b25l', 'dHdv'])
    await server.call('secrets.set', { scope: 'production', key: 'DB_PASSWORD', value });
  await server.call('policy.set', { disable: ['secrets.set', 'variables.set', 'category:backends'] });
  person = await signIn(server.url, { token: server.owner });
});
afterAll(() => shared.stop());

const org = '/api/v1/orgs/default';
const secret = 'scope=production&key=DB_PASSWORD';
const body = JSON.stringify({ value: 'c3RvbGVu' });
const many = JSON.stringify({ entries: [{ key: 'DB_PASSWORD', value: 'c3RvbGVu' }] });

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly sent: string;
  readonly headers: Readonly<Record<string, string>>;
}

const attempt = (method: string, path: string, sent: string, headers: Attempt['headers'] = {}): Attempt => ({
  method,
  path,
  sent,
  headers,
});

/** Each way to write a request for what is switched off. */
const requests: readonly Attempt[] = [
  attempt('PUT', `${org}/secrets?${secret}`, body),
  attempt('PUT', `${org}/secrets/?${secret}`, body),
  attempt('PUT', `${org}//secrets?${secret}`, body),
  attempt('PUT', `/api/v1/orgs/%64efault/secrets?${secret}`, body),
  attempt('PUT', `/api/v1/orgs/default/%73ecrets?${secret}`, body),
  attempt('PUT', `/api/v1/orgs/DEFAULT/secrets?${secret}`, body),
  attempt('PUT', `/api/v1/orgs/default%00/secrets?${secret}`, body),
  attempt('PUT', `/api/v1/orgs/other/../default/secrets?${secret}`, body),
  attempt('PUT', `/API/V1/orgs/default/secrets?${secret}`, body),
  attempt('PUT', `${org}/secrets?${secret}&scope=other`, body),
  attempt('PUT', `${org}/secrets?${secret}#x`, body),
  attempt('PUT', `${org}/secrets;x=1?${secret}`, body),
  attempt('PUT', `${org}/secrets?${secret}`, body, { 'content-type': 'text/plain' }),
  attempt('PUT', `${org}/secrets?${secret}`, 'value=c3RvbGVu', { 'content-type': 'application/x-www-form-urlencoded' }),
  attempt('PUT', `${org}/secrets?${secret}`, `\uFEFF${body}`),
  attempt('PUT', `${org}/secrets?${secret}`, body, { 'content-encoding': 'gzip' }),
  attempt('POST', `${org}/secrets?${secret}`, body, { 'x-http-method-override': 'PUT' }),
  attempt('POST', `${org}/secrets?${secret}&_method=PUT`, body),
  attempt('GET', `${org}/secrets?${secret}`, body, { 'x-http-method-override': 'PUT' }),
  attempt('PATCH', `${org}/secrets?${secret}`, body),
  attempt('POST', `${org}/secrets/import?scope=production`, many),
  attempt('POST', `${org}/secrets/import?scope=production`, many, { 'x-original-url': `${org}/scopes` }),
  attempt('POST', `${org}/secrets/%69mport?scope=production`, many),
  attempt('POST', `${org}/secrets/restore?${secret}`, JSON.stringify({ version: '1' })),
  attempt('PUT', `${org}/environments/production/variables/A`, JSON.stringify({ value: 'stolen' })),
  attempt(
    'POST',
    `${org}/backends`,
    JSON.stringify({ name: 'evil', type: 'memory', settings: {}, secretSettings: {} }),
  ),
  attempt('PATCH', `${org}/policy`, JSON.stringify({ enable: ['secrets.set'] })),
  attempt('DELETE', `${org}/policy`, ''),
];

describe('what the policy switches off', () => {
  it.each(requests)('stays off for $method $path', async ({ method, path, sent, headers }) => {
    const answer = await person.ask(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(sent !== '' && { body: sent }),
    });
    // A read of names is what a GET of the same address is, whatever it says besides.
    if (method === 'GET') expect(answer.text).not.toContain('c3RvbGVu');
    else expect([400, 403, 404, 405, 415]).toContain(answer.status);
    const { versions } = await server.call('secrets.versions', { scope: 'production', key: 'DB_PASSWORD' });
    expect(versions.map(({ version }) => version)).toEqual(['2', '1']);
    expect((await server.call('backends.list')).backends.map(({ name }) => name)).toEqual(['internal']);
    expect((await server.call('policy.show')).valueEntry).toBe('off');
  });
});
