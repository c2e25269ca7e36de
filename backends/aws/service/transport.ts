import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { callbackify } from 'node:util';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { BackendHost } from '@kici-dev/secret-backend';

/** Backstops for a sign-in, which no abort signal reaches; a call has its own deadline. */
const connectionTimeout = 5_000;
const requestTimeout = 30_000;
const maxSockets = 50;

/** Keeps connections alive and asks the host for every address that it connects to. */
export async function createTransport(host: BackendHost): Promise<NodeHttpHandler> {
  const { NodeHttpHandler: Handler } = await import('@smithy/node-http-handler');
  const agent = { keepAlive: true, maxSockets, lookup: lookupThrough(host) };
  return new Handler({ connectionTimeout, requestTimeout, throwOnRequestTimeout: true, httpAgent: agent, httpsAgent: agent, logger: silentLogger });
}

/** The SDK writes to the console unless it is given something else. */
export const silentLogger = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function lookupThrough(host: BackendHost): LookupFunction {
  const resolve = callbackify((hostname: string) => host.resolveAddress(hostname));
  return (hostname, options, callback) => resolve(hostname, (error, addresses) => {
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
