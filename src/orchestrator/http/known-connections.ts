import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Which organization a connection has last shown a valid token for. It grants nothing: each token is looked up. */
export interface KnownConnections {
  note(request: IncomingMessage, organization: string): void;
  has(request: IncomingMessage, organization: string): boolean;
}

/**
 * Hears of each request with a valid token.
 * @param token its id, or for a job the id of the token that opened the job
 */
export type Trust = (request: IncomingMessage, organization: string, token: string) => void;

export function createKnownConnections(): KnownConnections {
  const organizations = new WeakMap<Socket, string>();
  return {
    note({ socket }, organization) {
      organizations.set(socket, organization);
    },
    has: ({ socket }, organization) => organizations.get(socket) === organization,
  };
}
