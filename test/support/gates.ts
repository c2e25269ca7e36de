import { once } from 'node:events';
import { createServer } from 'node:http';

/** A server that steps call to wait until a test has done something: `fetch(GATES + '/name')`. */
export interface Gates {
  readonly url: string;
  /** What happens when a step reaches the gate; the step continues once it is done. */
  on(name: string, action: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

export async function openGates(): Promise<Gates> {
  const actions = new Map<string, () => Promise<unknown>>();
  const server = createServer((request, response) => {
    const action = actions.get((request.url ?? '').slice(1));
    if (action === undefined) {
      response.writeHead(404).end();
      return;
    }
    void action().then(
      () => response.end('open'),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('gates listen on a port');
  return {
    url: `http://127.0.0.1:${bound.port}`,
    on: (name, action) => {
      actions.set(name, action);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
