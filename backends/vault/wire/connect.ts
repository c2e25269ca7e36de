import { isIP, Socket, type LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { BackendError, type BackendHost } from '@kici-dev/secret-backend';
import { buildConnector, Pool } from 'undici';
import type { ProxyConfig } from '../config.ts';

/** Three tries fit into the usual deadline, so that the last error says that no connection was established. */
export const connectTimeoutMs = 3_000;

export interface TlsOptions {
  /** Set explicitly: a variable of the process could turn it off. */
  readonly rejectUnauthorized: true;
  readonly secureContext?: SecureContext;
  readonly servername?: string;
}

type Connector = ReturnType<typeof buildConnector>;
type Target = Parameters<Connector>[0];
type Callback = Parameters<Connector>[1];

export interface Connections {
  readonly connect: Connector;
  close(): Promise<void>;
}

/** Every connection, to the server or its proxy, goes to an address that the host has just allowed. */
export function createConnections(host: BackendHost, tls: TlsOptions, proxy: ProxyConfig | undefined): Connections {
  return proxy === undefined
    ? { connect: checkedConnector(host, tls), close: async () => {} }
    : tunnels(host, tls, proxy);
}

function checkedConnector(host: BackendHost, tls: TlsOptions): Connector {
  const lookUp = async (hostname: string, wantsAll: boolean, done: Parameters<LookupFunction>[2]): Promise<void> => {
    const addresses = await host.resolveAddress(hostname).catch(asError);
    const [first] = addresses instanceof Error ? [] : addresses;
    if (addresses instanceof Error) done(addresses, '');
    else if (first === undefined)
      done(new BackendError('unreachable', { reason: 'name_not_resolved', detail: 'the name does not resolve' }), '');
    else if (wantsAll)
      done(
        null,
        addresses.map(({ address, family }) => ({ address, family })),
      );
    else done(null, first.address, first.family);
  };
  const connect = buildConnector({
    ...tls,
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: (hostname, { all }, done) => void lookUp(hostname, all === true, done),
  });
  // Connecting does not look up a literal address.
  const connectToAddress = async (target: Target, callback: Callback): Promise<void> => {
    const allowed = await host.resolveAddress(target.hostname).catch(asError);
    if (allowed instanceof Error) callback(allowed, null);
    else connect(target, callback);
  };
  return (target, callback) => {
    if (isIP(target.hostname) === 0) connect(target, callback);
    else void connectToAddress(target, callback);
  };
}

function tunnels(host: BackendHost, tls: TlsOptions, { address, username, password }: ProxyConfig): Connections {
  const proxy = new Pool(address.origin, {
    connect: checkedConnector(host, { rejectUnauthorized: true }),
    headersTimeout: connectTimeoutMs,
  });
  const upgrade = buildConnector({ ...tls, timeout: connectTimeoutMs, allowH2: false });
  const headers =
    username === undefined
      ? {}
      : { 'proxy-authorization': `Basic ${Buffer.from(`${username}:${password?.text() ?? ''}`).toString('base64')}` };
  const tunnel = async (target: Target, callback: Callback): Promise<void> => {
    const port = target.port || (target.protocol === 'https:' ? '443' : '80');
    const authority = `${isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname}:${port}`;
    const opened = await proxy.connect({ path: authority, headers }).catch(asError);
    if (BackendError.is(opened)) callback(opened, null);
    else if (opened instanceof Error)
      callback(
        new BackendError('unreachable', { reason: 'proxy_unreachable', detail: 'the proxy did not answer' }),
        null,
      );
    else if (opened.statusCode !== 200 || !(opened.socket instanceof Socket)) {
      opened.socket.destroy();
      callback(
        new BackendError('unreachable', {
          reason: 'proxy_refused',
          detail: `the proxy refused the connection with status ${opened.statusCode}`,
        }),
        null,
      );
    } else if (target.protocol === 'https:') upgrade({ ...target, httpSocket: opened.socket }, callback);
    else callback(null, opened.socket);
  };
  return { connect: (target, callback) => void tunnel(target, callback), close: () => proxy.destroy() };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new BackendError('unreachable');
}
