import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import {
  AnswerGauge,
  asksForTls,
  BackendError,
  type AnswerKind,
  type BackendHost,
  type ResolvedAddress,
} from '@kici-dev/secret-backend';
import { hostnameOf } from './endpoint.ts';

// An import would load all of undici, whether or not anything is ever fetched.
const { Agent: PlainAgent, request: plainRequest } = process.getBuiltinModule('node:http');
const { Agent: TlsAgent, request: tlsRequest } = process.getBuiltinModule('node:https');

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface SafeFetch {
  readonly fetch: (url: URL, options: FetchOptions) => Promise<Response>;
  readonly close: () => void;
}

/** Three tries fit into the usual deadline, so that the last error says that no connection was established. */
const connectTimeoutMs = 3_000;

/**
 * HTTP/1.1 to addresses that the host has approved. Follows no redirect, uses no proxy of the environment, and connects
 * to exactly the checked address, which the platform's `fetch` cannot ensure.
 */
export function createSafeFetch(host: BackendHost, maxSockets: number): SafeFetch {
  const pool = { keepAlive: true, maxSockets };
  const agents = { plain: new PlainAgent(pool), tls: new TlsAgent(pool) };
  const lookup: LookupFunction = (hostname, { all }, done) =>
    void answerLookup(host, hostname, (error, addresses) => {
      const [first] = addresses;
      if (error !== null || first === undefined)
        done(
          error ??
            new BackendError('unreachable', {
              reason: 'name_not_resolved',
              detail: `the name ${hostname} does not resolve`,
            }),
          '',
        );
      else if (all) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  return {
    async fetch(url, { method = 'GET', headers = new Headers(), body, signal }) {
      const hostname = hostnameOf(url);
      // Connecting does not look up a literal address.
      if (isIP(hostname) !== 0) await host.resolveAddress(hostname);
      const plain = url.protocol === 'http:';
      const options = {
        method,
        headers: Object.fromEntries(headers),
        lookup,
        agent: plain ? agents.plain : agents.tls,
        ...(signal !== undefined && { signal }),
      };
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const request = plain ? plainRequest(url, options, resolve) : tlsRequest(url, options, resolve);
      request.on('error', reject);
      request.once('socket', endIfNoConnectionComes);
      request.end(body);
      return toResponse(await promise, kindOf(url), plain);
    },
    close() {
      agents.plain.destroy();
      agents.tls.destroy();
    },
  };
}

function endIfNoConnectionComes(socket: Socket): void {
  if (!socket.connecting) return;
  const late = new BackendError('unreachable', {
    reason: 'connection_timed_out',
    detail: `the connection was not established within ${connectTimeoutMs} ms`,
  });
  const timer = setTimeout(() => socket.destroy(late), connectTimeoutMs);
  for (const ending of ['connect', 'close']) socket.once(ending, () => clearTimeout(timer));
}

async function answerLookup(
  host: BackendHost,
  hostname: string,
  done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void,
): Promise<void> {
  let addresses: readonly ResolvedAddress[];
  try {
    addresses = await host.resolveAddress(hostname);
  } catch (error) {
    done(error instanceof Error ? error : new BackendError('unreachable'), []);
    return;
  }
  done(null, addresses);
}

/** Lists are requested from collections. */
function kindOf({ pathname }: URL): AnswerKind {
  return pathname.endsWith('/secrets') || pathname.endsWith('/versions') ? 'list' : 'value';
}

/** @throws BackendError `too_large`; `unreachable` if the answer comes from a TLS port */
async function toResponse(message: IncomingMessage, kind: AnswerKind, isPlain: boolean): Promise<Response> {
  const status = message.statusCode ?? 0;
  const gauge = new AnswerGauge(kind);
  const pieces: Uint8Array[] = [];
  for await (const piece of message) {
    if (!(piece instanceof Uint8Array)) continue;
    gauge.add(piece);
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  if (isPlain && status === 400 && asksForTls(body.toString()))
    throw new BackendError('unreachable', { reason: 'tls_expected', detail: 'the address requires https' });
  if (status < 200 || status > 599)
    throw new BackendError('bad_answer', { detail: `the answer has the HTTP status ${status}` });
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headersDistinct))
    for (const each of value ?? []) headers.append(name, each);
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
}
