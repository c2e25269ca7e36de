import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

/** Where a connection to a database is stopped: at a statement, before the server has it or after it was done. */
export interface TapPoint {
  /** As much of the statement as tells it from others. */
  readonly statement: string;
  readonly when: 'before' | 'after';
  /** How many of these pass first; default: none. */
  readonly skip?: number;
}

/** The end of a transaction, as the driver sends it. */
export const commitStatement = 'Q\0\0\0\x0bcommit\0';

/** A way to a PostgreSQL that a test can stop at a named statement, or altogether. */
export interface Tap extends AsyncDisposable {
  /** The server's URL by this way. */
  readonly url: string;
  /** Resolves once a connection stands still at the point, for good. */
  stopAt(point: TapPoint): Promise<void>;
  /** Ends every connection, for both sides. */
  cut(): void;
  /** Nothing passes, and nobody is told so. */
  freeze(): void;
  /** After `freeze`. */
  resume(): void;
}

interface Stop extends TapPoint {
  left: number;
  readonly reached: () => void;
}

export async function createTap(target: string): Promise<Tap> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let stop: Stop | undefined;
  let isFrozen = false;

  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    let awaited: Stop | undefined;
    let isHeld = false;
    const hold = (at: Stop): void => {
      isHeld = true;
      at.reached();
    };
    // What is held is read all the same: otherwise the end of a process would not show.
    near.on('data', (chunk: Buffer) => {
      if (stop !== undefined && chunk.includes(stop.statement) && (stop.left -= 1) < 0) {
        awaited = stop;
        stop = undefined;
        if (awaited.when === 'before') hold(awaited);
      }
      if (!isHeld) far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (awaited?.when === 'after') hold(awaited);
      if (!isHeld) near.write(chunk);
    });
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', () => undefined);
      from.once('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    if (isFrozen) for (const socket of pair) socket.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${portOf(server)}`;
  return {
    url: url.href,
    stopAt({ skip = 0, ...point }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      stop = { ...point, left: skip, reached: resolve };
      return promise;
    },
    cut() {
      stop = undefined;
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    freeze() {
      isFrozen = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    resume() {
      isFrozen = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await closed;
    },
  };
}
