import { createSecureContext } from 'node:tls';
import {
  answerLimits,
  BackendError,
  wrongSetting,
  type BackendHost,
  type ResolvedAddress,
} from '@kici-dev/secret-backend';
import { isLoopback, type Endpoint } from './endpoint.ts';
import type { FetchOptions, SafeFetch } from './fetch.ts';
import { requireAnswer } from './rest-answer.ts';
import { loadSdk, type Sdk, type SdkClient } from './sdk.ts';

export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly transport: 'grpc' | 'rest';
  readonly host: BackendHost;
  readonly safeFetch: SafeFetch;
}

/** The client library, opened by the first call and replaced after a failure. */
export interface Connection {
  /** @throws BackendError */
  client(): Promise<SdkClient>;
  /** The next call connects again, after looking up the addresses again. */
  discard(client: SdkClient): void;
  close(): Promise<void>;
}

export function createConnection(options: ConnectionOptions): Connection {
  let opening: Promise<SdkClient> | undefined;
  let current: SdkClient | undefined;
  let closed = false;
  const open = async (): Promise<SdkClient> => {
    try {
      if (closed) throw new BackendError('closed');
      const client = await openClient(options);
      if (closed) {
        await closeClient(client);
        throw new BackendError('closed');
      }
      current = client;
      return client;
    } catch (error) {
      opening = undefined;
      throw BackendError.is(error)
        ? error
        : new BackendError('server_error', { detail: 'the client library could not be started' });
    }
  };
  return {
    client() {
      opening ??= open();
      return opening;
    },
    discard(client) {
      if (client !== current) return;
      current = undefined;
      opening = undefined;
      void closeClient(client);
    },
    async close() {
      closed = true;
      // One that is still being opened closes itself, since looking up its name may take forever.
      if (current !== undefined) await closeClient(current);
    },
  };
}

async function openClient({ endpoint, transport, host, safeFetch }: ConnectionOptions): Promise<SdkClient> {
  const addresses = await host.resolveAddress(endpoint.hostname);
  if (endpoint.plaintext && !addresses.every(({ address }) => isLoopback(address))) {
    throw wrongSetting('endpoint', `plain http is allowed for this machine only, and ${endpoint.hostname} is another`);
  }
  const sdk = await loadSdk();
  const common = {
    port: endpoint.port,
    universeDomain: 'googleapis.com',
    enableTelemetryTracing: false,
    enableTelemetryLogging: false,
  };
  const client = new sdk.secretManager.SecretManagerServiceClient({
    ...common,
    ...(transport === 'grpc' ? grpcOptions(sdk, endpoint, addresses) : restOptions(sdk, endpoint, safeFetch)),
  });
  // Otherwise the client would start with the first call, and end the process if that failed.
  await client.initialize();
  return client;
}

/**
 * We sign in ourselves and send the token with each call: signing in inside the client can neither be cancelled nor its
 * failure caught.
 */
function grpcOptions(
  { gax: { grpc }, auth }: Sdk,
  { hostname, port, plaintext }: Endpoint,
  addresses: readonly ResolvedAddress[],
) {
  return {
    apiEndpoint: targetOf(addresses, port),
    authClient: new auth.PassThroughClient({ useAuthRequestParameters: false }),
    // Trusts what Node.js trusts, as REST does; gRPC would read its own variable.
    sslCreds: plaintext
      ? grpc.credentials.createInsecure()
      : grpc.credentials.createFromSecureContext(createSecureContext()),
    // Connects to an address, but checks the certificate against the name.
    ...(!plaintext && { 'grpc.ssl_target_name_override': hostname }),
    'grpc.default_authority': hostname,
    // Given these, the client runs no program for a certificate if GOOGLE_API_USE_CLIENT_CERTIFICATE is set; only
    // `sslCreds` counts.
    cert: 'none',
    key: 'none',
    'grpc.max_receive_message_length': answerLimits.bytes.list,
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5_000,
  };
}

/** The gRPC library's notation for addresses that need no look-up. The client appends the port to the last one. */
function targetOf(addresses: readonly ResolvedAddress[], port: number): string {
  const family = addresses[0]?.family;
  if (family === undefined)
    throw new BackendError('unreachable', {
      reason: 'name_not_resolved',
      detail: "the service's name does not resolve",
    });
  const literals = addresses
    .filter((each) => each.family === family)
    .map(({ address }) => (family === 4 ? address : `[${address}]`));
  return `ipv${family}:${literals.join(`:${port},`)}`;
}

function restOptions({ auth }: Sdk, { hostname, plaintext }: Endpoint, { fetch }: SafeFetch) {
  const transporter = new auth.gaxios.Gaxios({
    fetchImplementation: async (url: string | URL | Request, init?: RequestInit) =>
      requireAnswer(await fetch(new URL(url instanceof Request ? url.url : url), toFetchOptions(init))),
  });
  return {
    fallback: true,
    apiEndpoint: hostname.includes(':') ? `[${hostname}]` : hostname,
    authClient: new auth.PassThroughClient({ transporter, useAuthRequestParameters: false }),
    ...(plaintext && { protocol: 'http' }),
  };
}

function toFetchOptions({ method, headers, body, signal }: RequestInit = {}): FetchOptions {
  if (body != null && typeof body !== 'string' && !(body instanceof Uint8Array))
    throw new TypeError('a request body is text or bytes');
  return {
    ...(method !== undefined && { method }),
    headers: new Headers(headers),
    ...(body != null && { body }),
    ...(signal != null && { signal }),
  };
}

async function closeClient(client: SdkClient): Promise<void> {
  try {
    await client.close();
  } catch {
    // Nothing can be lost, and calls in progress end by their signals.
  }
}
