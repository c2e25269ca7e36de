import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { AnswerGauge, asksForTls, BackendError, type BackendHost } from '@kici-dev/secret-backend';

/** Three tries fit into the usual deadline, so that the last error says that no connection was established. */
const connectionTimeout = 3_000;
const maxSockets = 50;
/** The Security Token Service answers with a few kilobytes of XML. */
const maxSignInBytes = 65_536;

/** Keeps connections alive, and asks the host about every address that it connects to. */
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
    // The body's reader receives the error.
    if (body instanceof Readable) response.body = pipeline(body, judged(request.headers), () => undefined);
    if (request.protocol === 'http:' && response.statusCode === 400) await requirePlain(response);
    return { response };
  };
  return handler;
}

/** @throws BackendError if the answer comes from a TLS port */
async function requirePlain(response: { body?: unknown }): Promise<void> {
  if (!(response.body instanceof Readable)) return;
  const bytes = await buffer(response.body);
  if (asksForTls(bytes.toString()))
    throw new BackendError('unreachable', { reason: 'tls_expected', detail: 'the endpoint requires https' });
  response.body = Readable.from([bytes]);
}

/** Checked before the SDK, which parses anything in one go. */
function judged(requestHeaders: Readonly<Record<string, string>>): Transform {
  const operation = requestHeaders['x-amz-target']?.split('.').at(-1);
  const gauge = new AnswerGauge(operation !== undefined && /^List|^Describe.*s$/.test(operation) ? 'list' : 'value');
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback) {
      length += chunk.byteLength;
      if (operation === undefined && length > maxSignInBytes)
        done(new BackendError('too_large', { detail: `signing in: the answer has more than ${maxSignInBytes} bytes` }));
      else done(problemOf(gauge, chunk), chunk);
    },
  });
}

function problemOf(gauge: AnswerGauge, chunk: Buffer): BackendError | null {
  try {
    gauge.add(chunk);
    return null;
  } catch (error) {
    return BackendError.is(error) ? error : new BackendError('bad_answer');
  }
}

/** Without a logger the SDK writes to the console. */
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

/** Sockets skip the look-up for numeric addresses, so those are checked here. */
export async function requireAllowed(host: BackendHost, endpoint: URL): Promise<void> {
  const hostname = endpoint.hostname.replace(/^\[|\]$/g, '');
  if (isIP(hostname) !== 0) await host.resolveAddress(hostname);
}
