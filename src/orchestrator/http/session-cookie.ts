import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { csrfHeader } from '../../api/dashboard-session.ts';
import { ApiError } from '../../api/api-error.ts';
import type { Addressing } from './allowed-hosts.ts';
import type { Credentials } from './authenticate.ts';
import { isEncrypted } from './encrypted.ts';
import { isLoopback } from './loopback.ts';

export interface SessionCookies {
  /**
   * The credentials that a request presents.
   * @throws ApiError `invalid_request` if it presents both a token and a session
   */
  credentials(request: IncomingMessage): Credentials;
  /**
   * The header that sets the session cookie.
   * @throws ApiError `host_not_allowed` if the cookie would cross a network without TLS
   */
  give(request: IncomingMessage, secret: string): string;
  /** The headers that remove the cookie. */
  take(request: IncomingMessage): string[];
}

/** With this prefix browsers send the cookie over TLS only, to this very host, on every path. */
const secureName = '__Host-kici';
const attributes = 'Path=/; HttpOnly; SameSite=Strict';

export function createSessionCookies({ publicUrls }: Pick<Addressing, 'publicUrls'>): SessionCookies {
  return {
    credentials(request) {
      // Other schemes, such as a proxy's own password, do not concern us.
      const authorization = request.headers.authorization ?? '';
      // The scheme is case-insensitive, with blanks after it (RFC 9110, section 11).
      const token = /^Bearer[ \t]+(\S+)[ \t]*$/i.exec(authorization)?.[1];
      const secret = sessionOf(request);
      if (token !== undefined && secret !== undefined)
        throw new ApiError(
          'invalid_request',
          'the request shows both a token and a session, which may allow different things',
          'send one of the two',
        );
      if (token !== undefined) return { kind: 'token', token };
      return secret === undefined ? { kind: 'none' } : { kind: 'session', secret };
    },
    give(request, secret) {
      const way = wayTo(request, publicUrls);
      if (way === 'open')
        throw new ApiError(
          'host_not_allowed',
          'the dashboard cannot be used at this address: the network would carry the session unencrypted',
          'use the loopback address, or start the orchestrator with the URL of its proxy in --public-url, such as https://kici.example.com',
        );
      return way === 'tls'
        ? `${secureName}=${secret}; Secure; ${attributes}`
        : `${plainName(request)}=${secret}; ${attributes}`;
    },
    take: (request) => [
      `${secureName}=; Max-Age=0; Secure; ${attributes}`,
      `${plainName(request)}=; Max-Age=0; ${attributes}`,
    ],
  };
}

/**
 * The session's own page sends this with every change. It derives from the cookie's secret, which the page cannot read,
 * so nothing need be stored, and a page that leaks it gives no access away.
 */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('kici csrf v1').digest('base64url');
}

/**
 * Refuses what another page made the session's browser send. SameSite alone would not do: it treats all ports of a
 * machine as one site.
 * @throws ApiError `origin_not_allowed`
 */
export function requireOwnPage({ method, headers }: IncomingMessage, secret: string): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new ApiError(
      'origin_not_allowed',
      "a session works only from the orchestrator's own page, and another page sent this request",
    );
  if (method === 'GET' || method === 'HEAD') return;
  const [given, expected] = [Buffer.from(String(headers[csrfHeader] ?? '')), Buffer.from(csrfOf(secret))];
  if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected))
    throw new ApiError(
      'origin_not_allowed',
      `the request lacks the header ${csrfHeader} that belongs to its session`,
      'reload the page; programs use a token',
    );
}

/** One name per port: browsers share cookies among all servers of a host, so one server would sign out the other. */
function plainName({ headers }: IncomingMessage): string {
  return `kici-${/:(\d{1,5})$/.exec(headers.host ?? '')?.[1] ?? '80'}`;
}

/** The safer name wins: any page of the host can set the other. */
function sessionOf(request: IncomingMessage): string | undefined {
  if (request.headers.cookie === undefined) return undefined;
  const cookies = request.headers.cookie.split(';').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return { name: name.trim(), value: value.join('=').trim() };
  });
  for (const wanted of [secureName, plainName(request)]) {
    const [first, ...more] = cookies.filter(({ name, value }) => name === wanted && value !== '');
    if (more.length > 0) throw new ApiError('invalid_request', 'the request shows more than one session');
    if (first !== undefined) return first.value;
  }
  return undefined;
}

/**
 * How the browser reached us: `tls`, here or through a proxy that the configuration names, `plain` where that is as
 * safe, else `open`.
 */
function wayTo(request: IncomingMessage, publicUrls: readonly URL[]): 'tls' | 'plain' | 'open' {
  if (isEncrypted(request)) return 'tls';
  const { headers } = request;
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
