import type { IncomingMessage } from 'node:http';

/** How a client reached us: `tls` through a proxy that the configuration names, `plain` where that is as safe, else `open`. */
export function wayTo({ headers }: IncomingMessage, publicUrls: readonly URL[]): 'tls' | 'plain' | 'open' {
  // A proxy may rewrite the host; the origin is the address that the browser shows.
  const address = headers.origin ?? `http://${headers.host ?? ''}`;
  if (!URL.canParse(address)) return 'open';
  const shown = new URL(address);
  const known = publicUrls.find((url) =>
    headers.origin === undefined ? url.host === shown.host : url.origin === shown.origin,
  );
  if (known !== undefined) return known.protocol === 'https:' ? 'tls' : 'plain';
  return isLoopback(shown.hostname) ? 'plain' : 'open';
}

/** Whether what is answered goes over TLS, or does not leave this machine. An address that is public without TLS does neither, whoever has configured it. */
export function isPrivate(request: IncomingMessage, publicUrls: readonly URL[]): boolean {
  if (wayTo(request, publicUrls) === 'tls') return true;
  const { remoteAddress = '' } = request.socket;
  const peer = remoteAddress.replace(/^::ffff:/, '');
  return peer === '::1' || isLoopback(peer);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
