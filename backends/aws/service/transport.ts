import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { asksForTls, BackendError, type BackendHost } from '@kici-dev/secret-backend';

/** Three tries fit into the usual deadline, so that what is said in the end is that no connection came about. */
const connectionTimeout = 3_000;
const maxSockets = 50;
/** A page of a list is far smaller; what is larger is no answer of the service. */
const maxBodyBytes = 64 * 1024 * 1024;

/** Keeps connections alive and asks the host for every address that it connects to. */
export async function createTransport(host: BackendHost): Promise<NodeHttpHandler> {
  const { NodeHttpHandler: Handler } = await import('@smithy/node-http-handler');
  const agent = { keepAlive: true, maxSockets, lookup: lookupThrough(host) };
  const handler = new Handler({
    connectionTimeout,
    requestTimeout: host.deadlineMs,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
    logger: silentLogger,
  });
  const handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const { response } = await handle(request, options);
    const body: unknown = response.body;
    // Whoever reads the body is told of an error through it.
    if (body instanceof Readable) response.body = pipeline(body, bounded(), () => undefined);
    if (request.protocol === 'http:' && response.statusCode === 400) await requirePlain(response);
    return { response };
  };
  return handler;
}

/** @throws BackendError where the answer is that of a port that speaks TLS */
async function requirePlain(response: { body?: unknown }): Promise<void> {
  if (!(response.body instanceof Readable)) return;
  const bytes = await buffer(response.body);
  if (asksForTls(bytes.toString()))
    throw new BackendError('unreachable', { reason: 'tls_expected', detail: 'the endpoint asks for https' });
  response.body = Readable.from([bytes]);
}

function bounded(): Transform {
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback) {
      length += chunk.byteLength;
      if (length > maxBodyBytes)
        done(new BackendError('bad_answer', { detail: 'the answer is larger than any of the service' }));
      else done(null, chunk);
    },
  });
}

/** The SDK writes to the console unless it is given something else. */
export const silentLogger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function lookupThrough(host: BackendHost): LookupFunction {
  const resolve = callbackify((hostname: string) => host.resolveAddress(hostname));
  return (hostname, options, callback) =>
    resolve(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null) callback(error, '');
      else if (first === undefined) callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
}

/** Sockets skip the look-up when the address is a number, so that one is asked for here. */
export async function requireAllowed(host: BackendHost, endpoint: URL): Promise<void> {
  const hostname = endpoint.hostname.replace(/^\[|\]$/g, '');
  if (isIP(hostname) !== 0) await host.resolveAddress(hostname);
}
