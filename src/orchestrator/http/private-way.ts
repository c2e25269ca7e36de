import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../api/api-error.ts';
import { isEncrypted } from './encrypted.ts';
import { isLoopback } from './loopback.ts';

/**
 * Refuses requests whose answers would carry values over a network in the clear: a request must come over TLS, from
 * this machine, or through a TLS proxy whose URL the configuration names.
 * @throws ApiError `host_not_allowed`
 */
export function requirePrivateWay(request: IncomingMessage, publicUrls: readonly URL[]): void {
  if (isEncrypted(request)) return;
  const { headers, socket } = request;
  const address = `https://${headers.host ?? ''}`;
  const host = URL.canParse(address) ? new URL(address) : undefined;
  const isForwardedPlain = headers['x-forwarded-proto'] === 'http';
  const endsTls = publicUrls.some((url) => url.protocol === 'https:' && url.host === host?.host);
  if (endsTls && !isForwardedPlain) return;
  if (host !== undefined && isLoopback(host.hostname) && isOwnMachine(socket.remoteAddress)) return;
  throw new ApiError(
    'host_not_allowed',
    'values are served only over TLS or on this machine',
    'give the orchestrator a certificate (--tls-cert-file), or use the https:// URL of a proxy in front of it, and set --public-url to that URL',
  );
}

function isOwnMachine(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}
