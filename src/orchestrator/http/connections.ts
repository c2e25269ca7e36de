import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { createHolders } from './holders.ts';

/** Keeps the number of connections below what the process can hold, and ends those that nothing is served on. */
export interface ConnectionLimit {
  /** Counts the connections of a server. */
  watch(server: Server): void;
  /**
   * Says that the request has shown a token that is known.
   * @param token what names it, or the one that opened the job whose token it is
   */
  readonly trust: (request: IncomingMessage, token: string) => void;
  /** Ends all connections on which no request is being served: on one that has said half a request none will be. */
  endUnserved(): void;
  endAll(): void;
}

/**
 * Where there is no room for a new connection, whoever holds the most gives one up, so that nobody keeps others out
 * by holding many: each token counts with its jobs, and those who have shown none count together, the address with the
 * most of them giving way.
 */
export function createConnections(limit: number): ConnectionLimit {
  const strangers = createHolders();
  const trusted = createHolders();
  const serving = new Map<Socket, number>();
  const isServing = (socket: Socket): boolean => (serving.get(socket) ?? 0) > 0;

  function admit(socket: Socket): void {
    if (serving.size >= limit) makeRoom();
    serving.set(socket, 0);
    strangers.add(socket, socket.remoteAddress ?? '');
    socket.once('close', () => {
      forget(socket);
    });
  }

  function makeRoom(): void {
    const ofToken = trusted.most();
    // A stranger whose request never ends would seem to be served, and the oldest is the least likely to be honest.
    const given =
      strangers.count() >= ofToken.length
        ? strangers.most()[0]
        : (ofToken.find((held) => !isServing(held)) ?? ofToken[0]);
    if (given === undefined) return;
    forget(given);
    given.destroy();
  }

  function forget(socket: Socket): void {
    strangers.remove(socket);
    trusted.remove(socket);
    serving.delete(socket);
  }

  function count(socket: Socket, change: 1 | -1): void {
    const before = serving.get(socket);
    if (before !== undefined) serving.set(socket, before + change);
  }

  return {
    watch(server) {
      server.on('connection', admit);
      server.on('request', ({ socket }, response) => {
        count(socket, 1);
        response.once('close', () => {
          count(socket, -1);
        });
      });
    },
    trust({ socket }, token) {
      if (!serving.has(socket)) return;
      strangers.remove(socket);
      trusted.add(socket, token);
    },
    endUnserved() {
      for (const socket of serving.keys()) if (!isServing(socket)) socket.destroy();
    },
    endAll() {
      for (const socket of serving.keys()) socket.destroy();
    },
  };
}
