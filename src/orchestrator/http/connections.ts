import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Keeps the number of connections below what the process can hold, and ends those that nothing is served on. */
export interface ConnectionLimit {
  /** Counts the connections of a server. */
  watch(server: Server): void;
  /** Says that the request has shown a token that is known. */
  trust(request: IncomingMessage): void;
  /** Ends all connections on which no request is being served: on one that has said half a request none will be. */
  endUnserved(): void;
  endAll(): void;
}

/**
 * Where there is no room for a new connection, the oldest goes that has shown no token: whoever holds many open
 * and says nothing keeps nobody else out.
 */
export function createConnections(limit: number): ConnectionLimit {
  const strangers = new Set<Socket>();
  const trusted = new Set<Socket>();
  const serving = new Map<Socket, number>();

  function admit(socket: Socket): void {
    if (strangers.size + trusted.size >= limit) {
      const [oldest] = strangers;
      if (oldest === undefined) {
        socket.destroy();
        return;
      }
      forget(oldest);
      oldest.destroy();
    }
    strangers.add(socket);
    socket.once('close', () => {
      forget(socket);
    });
  }

  function forget(socket: Socket): void {
    strangers.delete(socket);
    trusted.delete(socket);
    serving.delete(socket);
  }

  function count(socket: Socket, change: 1 | -1): void {
    if (strangers.has(socket) || trusted.has(socket)) serving.set(socket, (serving.get(socket) ?? 0) + change);
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
    trust({ socket }) {
      if (strangers.delete(socket)) trusted.add(socket);
    },
    endUnserved() {
      for (const socket of [...strangers, ...trusted]) if ((serving.get(socket) ?? 0) === 0) socket.destroy();
    },
    endAll() {
      for (const socket of [...strangers, ...trusted]) socket.destroy();
    },
  };
}
