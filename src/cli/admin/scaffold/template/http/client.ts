import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import {
  AnswerGauge,
  BackendError,
  connectionReason,
  type AnswerKind,
  type BackendHost,
  type CallContext,
  type SecretValue,
} from '@kici-dev/secret-backend';

export interface Client {
  /** @returns the body of a success. @throws BackendError for anything else */
  ask(path: string, body: object, kind: AnswerKind, context: CallContext): Promise<unknown>;
  close(): void;
}

/** Calls the service, and maps each of its failures to one code of the contract. */
export function createClient(address: URL, token: SecretValue, host: BackendHost): Client {
  const closing = new AbortController();
  const isTls = address.protocol === 'https:';
  const agent = isTls ? new TlsAgent({ keepAlive: true }) : new PlainAgent({ keepAlive: true });

  /** Connects only to addresses that the host allows; the certificate is checked against the name. */
  async function send(path: string, body: object, signal: AbortSignal): Promise<IncomingMessage> {
    const [allowed] = await host.resolveAddress(address.hostname);
    if (allowed === undefined) throw new BackendError('unreachable', { reason: 'name_not_resolved' });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = {
      agent,
      signal,
      method: 'POST',
      host: allowed.address,
      port: address.port,
      path,
      headers: {
        host: address.host,
        authorization: `Bearer ${token.text() ?? ''}`,
        'content-type': 'application/json',
      },
    };
    const sent = isTls
      ? tlsRequest({ ...options, ...(isIP(address.hostname) === 0 ? { servername: address.hostname } : {}) }, resolve)
      : plainRequest(options, resolve);
    sent.on('error', reject).end(JSON.stringify(body));
    return promise;
  }

  return {
    async ask(path, body, kind, context) {
      const signal = AbortSignal.any([context.signal, closing.signal]);
      try {
        const answer = await orAborted(send(path, body, signal), signal);
        const text = await readText(answer, kind);
        if (answer.statusCode !== 200) throw failureOf(answer);
        return JSON.parse(text);
      } catch (thrown) {
        throw asBackendError(thrown, context, closing.signal.aborted);
      }
    },
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

/** The host's look-up does not take a signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', stop));
}

/** Each piece is measured before anything is parsed. */
async function readText(answer: IncomingMessage, kind: AnswerKind): Promise<string> {
  const gauge = new AnswerGauge(kind);
  const pieces: Uint8Array[] = [];
  for await (const piece of answer) {
    if (!(piece instanceof Uint8Array)) throw new BackendError('bad_answer');
    gauge.add(piece);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Uses only the service's status: a body may hold a value. */
function failureOf({ statusCode = 0, headers }: IncomingMessage): BackendError {
  if (statusCode === 401) return new BackendError('unauthenticated');
  if (statusCode === 403) return new BackendError('permission_denied');
  if (statusCode === 429) {
    const seconds = Number(headers['retry-after']);
    return new BackendError('throttled', seconds > 0 ? { retryAfterMs: seconds * 1000 } : {});
  }
  if (statusCode >= 500) return new BackendError('server_error', { detail: `status ${statusCode}` });
  return new BackendError('bad_answer', { detail: `status ${statusCode}` });
}

function asBackendError(thrown: unknown, { signal, deadline }: CallContext, isClosed: boolean): BackendError {
  if (BackendError.is(thrown)) return thrown;
  if (isClosed) return new BackendError('closed');
  if (signal.aborted) {
    const isLate = Date.now() >= deadline || (signal.reason instanceof Error && signal.reason.name === 'TimeoutError');
    return new BackendError(isLate ? 'timeout' : 'aborted');
  }
  if (thrown instanceof SyntaxError) return new BackendError('bad_answer', { detail: 'the answer is not JSON' });
  return new BackendError('unreachable', connectionReason(thrown));
}
