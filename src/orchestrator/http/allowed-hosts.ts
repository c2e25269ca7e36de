import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { quote } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';
import { TLSSocket } from 'node:tls';

export interface Addressing {
  /** The name or address that the server listens on. */
  readonly host: string;
  /** URLs by which clients reach the server, through a proxy or by name. */
  readonly publicUrls: readonly URL[];
}

/** Names of this machine that no name server can give to a hostile page. */
const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const hostGrammar = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{0,5}))?$/;

/**
 * Refuses requests that were meant for another server. A page whose name was made to point here (DNS rebinding) is
 * recognized by the host that its browser sends, a page of another origin by its origin.
 * @throws ApiError `invalid_request`, `host_not_allowed`, `origin_not_allowed`
 */
export function createHostCheck({ host, publicUrls }: Addressing): (request: FastifyRequest) => void {
  const known = new Set([...loopback, canonical(host), ...publicUrls.map(({ hostname }) => canonical(hostname))]);
  const publicOrigins = new Set(publicUrls.map(({ origin }) => origin));

  // What was allowed last is, since all but the address of the connection stays as it is.
  let last: { readonly text: string | undefined; readonly localAddress: string | undefined } | undefined;

  function requireHost(text: string | undefined, localAddress: string | undefined): void {
    if (last !== undefined && last.text === text && last.localAddress === localAddress) return;
    const [, name] = hostGrammar.exec(text ?? '') ?? [];
    if (name !== undefined && (known.has(canonical(name)) || canonical(name) === canonical(localAddress ?? ''))) {
      last = { text, localAddress };
      return;
    }
    throw new ApiError(
      'host_not_allowed',
      text === undefined || text === ''
        ? 'the request names no host'
        : `this orchestrator does not have the name ${quote(text)}`,
    );
  }

  return ({ raw }) => {
    const hosts = valuesOf(raw, 'host');
    if (hosts.length > 1) throw new ApiError('invalid_request', 'the request names more than one host');
    requireHost(hosts[0], raw.socket.localAddress);
    // An absolute URL as the target overrides the host header (RFC 9112, section 3.2.2).
    const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(raw.url ?? '')?.[1];
    if (target !== undefined) requireHost(target, raw.socket.localAddress);
    const origins = valuesOf(raw, 'origin');
    if (origins.length === 0) return;
    const own = `${raw.socket instanceof TLSSocket ? 'https' : 'http'}://${(target ?? hosts[0] ?? '').toLowerCase()}`;
    if (origins.some((origin) => origin !== own && !publicOrigins.has(origin)))
      throw new ApiError('origin_not_allowed', `requests from pages of ${quote(origins.join(', '))} are not served`);
  };
}

/** Node.js would drop all but the first, or list every header for the sake of one. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const { [index]: given = '', [index + 1]: value = '' } = rawHeaders;
    if (given.length === name.length && given.toLowerCase() === name) values.push(value);
  }
  return values;
}

/**
 * One spelling for each name and address: lower case, no final dot, IPv6 shortest and in brackets, mapped IPv4 as IPv4.
 */
function canonical(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (!isIPv6(bare)) return text.toLowerCase().replace(/\.$/, '');
  const { hostname } = new URL(`http://[${bare}]`);
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname;
  const mapped = [high, low].flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff]);
  return mapped.join('.');
}
