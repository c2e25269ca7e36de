import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../support/raw-http.ts';
import { startServer, startSharedServer, type TestServer } from '../support/server.ts';

const path = '/api/v1/orgs/default/environments';
let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
beforeAll(async () => {
  shared = await startSharedServer({ publicUrls: [new URL('https://kici.example.com'), new URL('http://kici:4000')] });
  server = shared.server;
});
afterAll(() => shared.stop());

const ask = (headers: readonly string[], line = `GET ${path} HTTP/1.1`) =>
  send(server.url, [line, ...headers, `authorization: Bearer ${server.owner}`]);

describe('a request', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:4000',
    '127.0.0.1.',
    'localhost',
    'LocalHost.:1',
    'localhost:',
    '[::1]',
    '[0:0:0:0:0:0:0:1]:4000',
    '[::ffff:127.0.0.1]',
    'kici.example.com',
    'KICI.Example.Com.:8443',
    'kici:4000',
  ])('to the host %j, which is one of the orchestrator, is served', async (host) => {
    expect((await ask([`host: ${host}`])).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '127.0.0.2',
    '10.0.0.1',
    '2130706433',
    '0x7f.1',
    '0.0.0.0',
    '[::2]',
    '[::ffff:10.0.0.1]',
    '[::1',
    '[::1]evil.example',
    'localhost@evil.example',
    'localhost:999999',
    'localhost:4000:4000',
    'localhost, evil.example',
    'localhost/evil',
    'kici.example.com.evil.example',
    'example.com',
    'ⓛocalhost',
    '',
  ])('to the host %j is refused, whatever its token (DNS rebinding)', async (host) => {
    const { status, text } = await ask([`host: ${host}`]);
    expect([400, 421]).toContain(status);
    if (status === 421) {
      expect(text).toContain('"error":"host_not_allowed"');
      expect(text).toContain('KICI_PUBLIC_URL');
    }
    expect((await send(server.url, [`GET ${path} HTTP/1.1`, `host: ${host}`])).status).toBe(status);
  });

  it('that names no host, or two, is refused', async () => {
    expect((await ask([], `GET ${path} HTTP/1.0`)).status).toBe(421);
    expect((await ask([])).status).toBe(400);
    expect((await ask(['host: localhost', 'host: evil.example'])).status).toBe(400);
    expect((await ask(['host: localhost', 'Host: localhost'])).status).toBe(400);
  });

  it.each([
    ['http://localhost', 200],
    ['http://evil.example', 421],
    ['HTTP://evil.example', 421],
    ['http://localhost@evil.example', 421],
    ['https://evil.example:443', 421],
  ])('whose target is a URL goes to the host of that: %s', async (origin, status) => {
    expect((await ask(['host: localhost'], `GET ${origin}${path} HTTP/1.1`)).status).toBe(status);
    expect((await ask(['host: evil.example'], `GET ${origin}${path} HTTP/1.1`)).status).toBe(421);
  });

  it('for what is not there, or for the description of the API, is held to the same', async () => {
    for (const target of ['/nothing', '/openapi.json'])
      expect((await ask(['host: evil.example'], `GET ${target} HTTP/1.1`)).status).toBe(421);
  });

  it('for its health is answered whatever the host: load balancers ask by address', async () => {
    for (const target of ['/health/live', '/health/ready'])
      expect((await ask(['host: 10.1.2.3'], `GET ${target} HTTP/1.1`)).status).toBe(200);
    expect((await ask([], 'GET /health/live HTTP/1.0')).status).toBe(200);
  });

  it('goes to the address at which it came in, where the server listens on every one', async () => {
    const everywhere = await startServer({ settings: { host: '0.0.0.0' } });
    const at = async (host: string, header: string): Promise<number> =>
      (
        await send(
          everywhere.url,
          [`GET ${path} HTTP/1.1`, `host: ${header}`, `authorization: Bearer ${everywhere.owner}`],
          host,
        )
      ).status;
    expect(await at('127.0.0.2', '127.0.0.2:4000')).toBe(200);
    expect(await at('127.0.0.2', '127.0.0.1')).toBe(200);
    expect(await at('127.0.0.2', '127.0.0.3')).toBe(421);
  });
});

describe('a request that a browser sends', () => {
  it.each([
    ['its own', (port: string) => `http://localhost:${port}`],
    ['the public URL', () => 'https://kici.example.com'],
    ['another public URL', () => 'http://kici:4000'],
  ])('for a page of %s is served', async (_, origin) => {
    const { port } = new URL(server.url);
    expect((await ask([`host: localhost:${port}`, `origin: ${origin(port)}`])).status).toBe(200);
  });

  it.each([
    'http://evil.example',
    'null',
    'http://localhost:3000',
    'https://localhost',
    'http://kici.example.com',
    'https://kici.example.com:8443',
    'https://kici.example.com.evil.example',
    'https://kici.example.com, http://evil.example',
    '',
  ])('for a page of %j is refused', async (origin) => {
    const { status, text } = await ask([`host: 127.0.0.1`, `origin: ${origin}`]);
    expect(status).toBe(403);
    expect(text).toContain('"error":"origin_not_allowed"');
  });

  it('with one good origin and one bad is refused', async () => {
    expect(
      (await ask(['host: localhost', 'origin: https://kici.example.com', 'origin: http://evil.example'])).status,
    ).toBe(403);
  });
});
