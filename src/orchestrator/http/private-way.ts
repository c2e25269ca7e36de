import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../api/api-error.ts';
import { isLoopback } from './loopback.ts';

/**
 * Refuses what would carry values over a network in the clear: a request has to come from this machine, or through a
 * proxy that ends TLS at a URL that the configuration names.
 * @throws ApiError `host_not_allowed`
 */
export function requirePrivateWay({ headers, socket }: IncomingMessage, publicUrls: readonly URL[]): void {
  const address = `https://${headers.host ?? ''}`;
  const host = URL.canParse(address) ? new URL(address) : undefined;
  const isForwardedPlain = headers['x-forwarded-proto'] === 'http';
  const endsTls = publicUrls.some((url) => url.protocol === 'https:' && url.host === host?.host);
  if (endsTls && !isForwardedPlain) return;
  if (host !== undefined && isLoopback(host.hostname) && isOwnMachine(socket.remoteAddress)) return;
  throw new ApiError(
    'host_not_allowed',
    'values are answered over TLS or within this machine alone',
    'ask at the https:// URL of a proxy in front of the orchestrator, and start it with that URL in --public-url',
  );
}

function isOwnMachine(address = ''): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}
