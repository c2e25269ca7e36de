import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import { FaultScript, listen, sendAnswer } from '@kici-dev/secret-backend-conformance/testing';
import { parseJson } from '../../wire/json.ts';
import type { Call, Reply } from '../fake/reply.ts';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly namespace: string;
  readonly hasToken: boolean;
  readonly headers: IncomingMessage['headers'];
}

export interface Gateway {
  readonly address: string;
  /** Everything that reached the wire, in order. */
  readonly requests: readonly Recorded[];
  /** Requests, excluding sign-ins and token renewals. */
  count(): number;
  /** @param times how many requests meet it; default: every one until `heal` */
  fault(kind: Fault, times?: number): void;
  /** Refuses every request until `heal`, sign-ins included. */
  rejectCredentials(): void;
  /** Replaces the server's answer to the next request. */
  answerOnce(reply: RawReply): void;
  heal(): void;
  /** Resolves when a request to this path has been answered. */
  seen(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface RawReply {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What answers behind the gateway: the fake, or a real server. */
export type Upstream = (call: Call) => Reply | Promise<Reply>;

/** The HTTP server that the adapter talks to. Records requests and plays faults, whatever answers behind it. */
export async function openGateway(upstream: Upstream, tls?: ServerOptions): Promise<Gateway> {
  const requests: Recorded[] = [];
  const hanging = new Set<ServerResponse>();
  const waiting: { readonly path: string; readonly resolve: () => void }[] = [];
  const faults = new FaultScript();
  let refusesPaths = false;
  let once: RawReply | undefined;

  // Refusing a path is not refusing the token.
  const takeFault = (path: string): Fault | undefined =>
    refusesPaths && isAboutTokens(path) ? undefined : faults.next();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
    const url = new URL(request.url ?? '/', 'http://gateway');
    const path = url.pathname
      .replace(/^\/v1\//, '')
      .split('/')
      .map(decodeURIComponent)
      .join('/');
    const token = single(request.headers['x-vault-token']);
    const namespace = (single(request.headers['x-vault-namespace']) ?? '').replaceAll(/^\/+|\/+$/g, '');
    requests.push({
      method: request.method ?? '',
      path: path + url.search,
      namespace,
      hasToken: token !== undefined,
      headers: request.headers,
    });
    const kind = takeFault(path);
    if (kind === 'hang') {
      hanging.add(response);
      return;
    }
    if (kind === 'delay') await wait(150);
    const replaced = once ?? (kind === undefined ? undefined : replacements[kind]);
    once = undefined;
    if (replaced === undefined) {
      const reply = await upstream({
        method: request.method ?? '',
        path,
        query: url.searchParams,
        token,
        namespace,
        body: parseJson(Buffer.concat(chunks).toString('utf8')),
      });
      const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
      sendAnswer(response, { ...reply, body }, kind);
    } else send(response, replaced);
    for (const waiter of waiting.splice(0)) {
      if (waiter.path === path) waiter.resolve();
      else waiting.push(waiter);
    }
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const listening = await listen(server);
  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${listening.port}`,
    requests,
    count: () => requests.filter(({ path }) => !isAboutTokens(path)).length,
    fault(kind, times) {
      refusesPaths = kind === 'deny';
      faults.set(kind, times);
    },
    rejectCredentials() {
      refusesPaths = false;
      faults.set('deny');
    },
    answerOnce(reply) {
      once = reply;
    },
    heal() {
      faults.heal();
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    seen: (path) =>
      new Promise((resolve) => {
        waiting.push({ path, resolve });
      }),
    close: () => listening.stop(),
  };
}

const json = { 'content-type': 'application/json' };

const replacements: Partial<Record<Fault, RawReply>> = {
  server_error: { status: 500, text: JSON.stringify({ errors: ['internal error'] }), headers: json },
  throttle: {
    status: 429,
    text: JSON.stringify({ errors: ['request path "x": rate limit quota exceeded'] }),
    headers: { ...json, 'retry-after': '1' },
  },
  deny: {
    status: 403,
    text: JSON.stringify({ errors: ['1 error occurred:\n\t* permission denied\n\n'] }),
    headers: json,
  },
  garbage: {
    status: 200,
    text: '<html><body>Welcome to the proxy</body></html>',
    headers: { 'content-type': 'text/html' },
  },
  empty: { status: 200, text: '' },
};

function send(response: ServerResponse, { status, text, headers = json }: RawReply): void {
  response.writeHead(status, headers).end(text);
}

function isAboutTokens(path: string): boolean {
  return path.startsWith('auth/');
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}
