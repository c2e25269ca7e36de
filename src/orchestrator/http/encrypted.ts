import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** Whether TLS ends here, and began at the client as far as a proxy in between says. */
export function isEncrypted({ socket, headers }: IncomingMessage): boolean {
  return socket instanceof TLSSocket && headers['x-forwarded-proto'] !== 'http';
}
