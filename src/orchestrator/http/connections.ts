import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { createCarriers } from './carriers.ts';
import { createHolders } from './holders.ts';

/** Limits the number of connections to what the process can hold, and ends idle ones. */
export interface ConnectionLimit {
  watch(server: Server): void;
  /**
   * Marks the request's connection as one that presented a valid token.
   * @param token its id, or for a job the id of the token that opened the job
   */
  readonly trust: (request: IncomingMessage, token: string) => void;
  /** Ends all connections that no request is being served on, half-sent requests included. */
  endUnserved(): void;
  endAll(): void;
}

/**
 * When a new connection finds no room, the largest holder gives one up, so that nobody keeps others out by holding
 * many. A token counts together with its jobs. Connections without a token count as one holder, and within it the
 * address with the most gives way.
 */
export function createConnections(limit: number): ConnectionLimit {
  const strangers = createHolders();
  const trusted = createHolders();
  const carriers = createCarriers();
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
    // A request that never ends looks busy, and the oldest is the least likely to be honest.
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
      carriers.watch(server);
      server.on('connection', admit);
      server.on('request', (request, response) => {
        const socket = carriers.of(request.socket);
        count(socket, 1);
        response.on('close', () => {
          count(socket, -1);
        });
      });
    },
    trust(request, token) {
      const socket = carriers.of(request.socket);
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
