import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A connection between client and server that a test can cut and mend; the address stays. */
export interface Link {
  readonly address: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on connections are accepted and kept, and nothing passes. */
  hold(): void;
  /** Every byte that has passed, in either direction. */
  passed(): Buffer;
}

/** @param target such as `http://127.0.0.1:8200` */
export async function createLink(target: string): Promise<Link> {
  const { protocol, hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const chunks: Buffer[] = [];
  let isHeld = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk: Buffer) => {
        if (isHeld) return;
        chunks.push(chunk);
        to.write(chunk);
      });
      from.on('end', () => to.end());
    }
  });
  const listen = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new TypeError('a link listens on a port');
    return bound.port;
  };
  const own = await listen(0);
  return {
    address: `${protocol}//127.0.0.1:${own}`,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async mend() {
      await listen(own);
    },
    hold() {
      isHeld = true;
    },
    passed: () => Buffer.concat(chunks),
  };
}
