import { once } from 'node:events';
import { createServer as createPlain } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer, type Server } from 'node:net';
import type { Certificate } from './certificates.ts';

/** Listens on 127.0.0.1 but cannot be talked to. */
export interface BrokenServer {
  readonly port: number;
  stop(): Promise<void>;
}

async function open(server: Server): Promise<BrokenServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('it listens on a port');
  return {
    port: bound.port,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Nothing listens there: a port that was free a moment ago. */
export async function openNothing(): Promise<BrokenServer> {
  const server = await open(createServer());
  await server.stop();
  return { port: server.port, stop: async () => undefined };
}

/** Speaks HTTP without TLS. */
export function openPlain(): Promise<BrokenServer> {
  return open(
    createPlain({ keepAliveTimeout: 1 }, (_, response) => response.setHeader('connection', 'close').end('{}')),
  );
}

/** Speaks HTTP/1.1 and HTTP/2 over TLS, with this certificate. */
export function openTls(certificate: Certificate): Promise<BrokenServer> {
  return open(
    createSecureServer({ ...certificate, allowHTTP1: true }, (_, response) => response.end('{}')).on(
      'sessionError',
      () => undefined,
    ),
  );
}

/** Answers everything with these bytes; none: it resets the connection. */
export function openAnswering(bytes: Uint8Array | undefined): Promise<BrokenServer> {
  return open(
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        if (bytes === undefined) socket.resetAndDestroy();
        else socket.end(bytes);
      });
    }),
  );
}
