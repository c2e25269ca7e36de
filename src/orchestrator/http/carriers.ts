import type { Server, Socket } from 'node:net';

/** The connection that carries a TLS socket: connections are counted before they have shaken hands. */
export interface Carriers {
  watch(server: Server): void;
  /** @returns the socket itself where there is no TLS */
  of(socket: Socket): Socket;
}

export function createCarriers(): Carriers {
  const byPeer = new Map<string, Socket>();
  const carriers = new WeakMap<Socket, Socket>();
  const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
  return {
    watch(server) {
      server.on('connection', (socket: Socket) => {
        const peer = peerOf(socket);
        byPeer.set(peer, socket);
        socket.once('close', () => {
          if (byPeer.get(peer) === socket) byPeer.delete(peer);
        });
      });
      server.on('secureConnection', (socket: Socket) => {
        const carrier = byPeer.get(peerOf(socket));
        if (carrier !== undefined) carriers.set(socket, carrier);
      });
    },
    of: (socket) => carriers.get(socket) ?? socket,
  };
}
