import { isIP } from 'node:net';

/** Where an instance reaches the service: Google's own address, or one from its settings. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
  readonly plaintext: boolean;
}

/** Either the endpoint, or why the text is invalid. */
export type ParsedEndpoint =
  { readonly ok: true; readonly endpoint: Endpoint } | { readonly ok: false; readonly reason: string };

/** Source: the service's documentation of regional endpoints; a global client cannot see regional secrets. */
export function publicEndpoint(location: string | undefined): Endpoint {
  const hostname =
    location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`;
  return { hostname, port: 443, plaintext: false };
}

/** The setting `endpoint`: an emulator or a private address. */
export function parseEndpoint(text: string): ParsedEndpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return { ok: false, reason: 'the address is not an http or https URL' };
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    return { ok: false, reason: 'the address has more than a host and a port' };
  }
  const plaintext = url.protocol === 'http:';
  const hostname = hostnameOf(url);
  if (plaintext && !isLoopback(hostname))
    return { ok: false, reason: 'plain http would show secrets to the network; it is allowed for this machine only' };
  return {
    ok: true,
    endpoint: { hostname, port: url.port === '' ? (plaintext ? 80 : 443) : Number(url.port), plaintext },
  };
}

/** Without the brackets around an IPv6 address in a URL. */
export function hostnameOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Whether the name is this machine, so that plain HTTP crosses no network. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}
