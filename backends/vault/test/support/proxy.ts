import { createServer, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { listen } from './listen.ts';

export interface Proxy {
  readonly address: string;
  /** What clients asked it to connect to, with their headers. */
  readonly tunnels: readonly { readonly authority: string; readonly headers: IncomingHttpHeaders }[];
}

/** A proxy that opens tunnels to this machine, whatever the name, unless told to refuse. */
export async function openProxy(status = 200): Promise<Proxy> {
  const tunnels: { authority: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on('connect', (request, client) => {
    tunnels.push({ authority: request.url ?? '', headers: request.headers });
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const target = connect(Number((request.url ?? '').split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
  });
  return { address: await listen(server), tunnels };
}
