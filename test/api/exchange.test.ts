import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createExchange, type Request } from '../../src/api/exchange.ts';

const get: Request = { method: 'GET', headers: {}, body: undefined, signal: undefined };

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return new URL(`http://127.0.0.1:${address.port}/`);
}

describe('an exchange with a server', () => {
  it('carries the method, the headers and the body, and gives back the whole answer', async () => {
    const url = await serve((request, response) => {
      response.writeHead(201).write('caf\u00e9 '.repeat(50_000));
      request.setEncoding('utf8').on('data', (body: string) => {
        response.end(`${request.method} ${request.headers['x-name']} ${body}`);
      });
    });
    const { status, text } = await createExchange(url.href)(url, {
      method: 'PUT',
      headers: { 'x-name': 'one' },
      body: '\u00fc',
      signal: undefined,
    });
    expect(status).toBe(201);
    expect(text).toBe(`${'caf\u00e9 '.repeat(50_000)}PUT one \u00fc`);
  });

  it('does not follow a redirect, and sends its headers nowhere else', async () => {
    let asked = 0;
    const elsewhere = await serve((_, response) => {
      asked += 1;
      response.end();
    });
    const url = await serve((_, response) => {
      response.writeHead(307, { location: elsewhere.href }).end();
    });
    expect((await createExchange(url.href)(url, { ...get, headers: { authorization: 'Bearer token' } })).status).toBe(
      307,
    );
    expect(asked).toBe(0);
  });

  it.each<[string, RequestListener]>([
    [
      'that ends the connection before its answer',
      (request) => {
        request.socket.destroy();
      },
    ],
    [
      'that ends it within its answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '10' }).write('half', () => {
          response.destroy();
        });
      },
    ],
    ['that says nothing', () => undefined],
    [
      'that falls silent within its answer',
      (_, response) => {
        response.writeHead(200).write('half');
      },
    ],
  ])('fails with one %s', async (_, listener) => {
    const url = await serve(listener);
    await expect(createExchange(url.href, 200)(url, get)).rejects.toThrow();
  });

  it('ends with its signal', async () => {
    const abort = new AbortController();
    const url = await serve(() => {
      abort.abort();
    });
    await expect(createExchange(url.href)(url, { ...get, signal: abort.signal })).rejects.toThrow();
  });
});
