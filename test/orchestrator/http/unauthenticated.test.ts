import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, send, statusOf } from '../support/raw-http.ts';
import { base64, startSharedServer, type TestServer } from '../support/server.ts';

const path = '/api/v1/orgs/default/secrets';
let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let author = '';
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  author = (await server.call('tokens.create', { name: 'author', role: 'author' })).token;
});
afterAll(() => shared.stop());

const head = (length: number, ...headers: string[]) =>
  [
    `PUT ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${length}`,
    ...headers,
    '',
    '',
  ].join('\r\n');

const gigabyte = 2 ** 30;
/** More than the buffers of two sockets can hold. */
const buffered = 32 * 2 ** 20;

/** Sends a refused body for as long as anybody reads it. */
async function pour(request: string): Promise<{ readonly sent: number; readonly text: string }> {
  const { socket, text, ended } = await connect(server.url);
  const chunk = Buffer.alloc(2 ** 16, 'x');
  let sent = 0;
  socket.write(request);
  const pouring = (async () => {
    while (!socket.destroyed && sent < gigabyte) {
      sent += chunk.length;
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => undefined), ended]);
    }
  })();
  await ended;
  await pouring;
  return { sent, text: text() };
}

describe('a request that is refused before its body', () => {
  it.each<[string, number, () => string]>([
    ['without a token', 401, () => head(gigabyte)],
    ['with an unknown token', 401, () => head(gigabyte, 'authorization: Bearer kici_garbage')],
    ['with a token that may not', 403, () => head(gigabyte, `authorization: Bearer ${author}`)],
    ['to another host', 421, () => head(gigabyte).replace('127.0.0.1', 'evil.example')],
    ['for what is not there', 404, () => head(gigabyte).replace(`PUT ${path}`, 'GET /nothing')],
    ['with too large a body', 413, () => head(gigabyte, `authorization: Bearer ${server.owner}`)],
    ['in chunks, without a token', 401, () => head(0).replace('content-length: 0', 'transfer-encoding: chunked')],
  ])('%s ends its connection, whatever the client goes on to send', async (_, status, request) => {
    const chunked = request().includes('chunked');
    const { sent, text } = await pour(chunked ? `${request()}ffffffff\r\n` : request());
    expect(statusOf(text)).toBe(status);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text.endsWith('}')).toBe(true);
    expect(sent).toBeLessThan(buffered);
  });

  it('reaches a client that sends all of its body before it reads', async () => {
    const { socket, text, ended } = await connect(server.url);
    socket.pause();
    const body = Buffer.alloc(150_000, 'x');
    await new Promise<void>((resolve) => {
      socket.write(Buffer.concat([Buffer.from(head(body.length)), body]), () => {
        resolve();
      });
    });
    socket.resume();
    await ended;
    expect(statusOf(text())).toBe(401);
  });

  it('ends its connection also where it had no body', async () => {
    const { socket, text, ended } = await connect(server.url);
    socket.write(`GET ${path}?scope=s HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    await ended;
    expect(statusOf(text())).toBe(401);
  });

  it('leaves the connection where the token is known and the body was read', async () => {
    const { socket, text } = await connect(server.url);
    const body = JSON.stringify({ scope: 's', key: 'K', value: base64('v') });
    const request = `${head(body.length, `authorization: Bearer ${server.owner}`)}${body}`;
    socket.write(request);
    await expect.poll(() => text().split('HTTP/1.1 200').length).toBe(2);
    socket.write(request);
    await expect.poll(() => text().split('HTTP/1.1 200').length).toBe(3);
    socket.destroy();
  });
});

describe('the scheme of a token', () => {
  const status = async (authorization: string) =>
    (await send(server.url, [`GET ${path}?scope=s HTTP/1.1`, 'host: 127.0.0.1', `authorization: ${authorization}`]))
      .status;

  it.each(['Bearer ', 'bearer ', 'BEARER ', 'bEaReR ', 'Bearer    ', 'bearer \t '])(
    'is "bearer" in any case, with any blanks: %j',
    async (scheme) => {
      expect(await status(`${scheme}${server.owner}`)).toBe(200);
      expect(await status(`  ${scheme}${server.owner} \t`)).toBe(200);
    },
  );

  it.each(['Bearer', 'Bearer:', 'Token ', 'Basic ', 'Bearer x ', 'x Bearer ', '"Bearer" ', ''])(
    'is nothing else: %j',
    async (scheme) => {
      expect(await status(`${scheme}${server.owner}`)).toBe(401);
    },
  );
});
