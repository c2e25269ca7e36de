import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

/** Hands each connection to the next server that takes it, as a load balancer for TCP does; nobody is bound to one. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** @param url such as `http://127.0.0.1:4000`; undefined: it is gone */
  place(name: string, url: string | undefined): void;
}

export async function createBalancer(): Promise<Balancer> {
  const targets = new Map<string, number>();
  const sockets = new Set<Socket>();
  let next = 0;

  async function reach(): Promise<Socket | undefined> {
    const ports = [...targets.values()];
    for (let tried = 0; tried < ports.length; tried += 1) {
      next += 1;
      const far = connect(ports[next % ports.length] ?? 0, '127.0.0.1');
      far.on('error', () => undefined);
      // oxlint-disable-next-line no-await-in-loop -- the next one is tried where this one refuses
      if ((await Promise.race([once(far, 'connect'), once(far, 'close')]).then(() => far.readyState)) === 'open')
        return far;
    }
    return undefined;
  }

  async function join(near: Socket): Promise<void> {
    const far = await reach();
    if (far === undefined) {
      near.destroy();
      return;
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    near.resume();
  }

  const server = createServer({ pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    void join(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    place(name, url) {
      if (url === undefined) targets.delete(name);
      else targets.set(name, Number(new URL(url).port));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
