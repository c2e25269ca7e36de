import { isIP, Socket, type LookupFunction } from 'node:net';
import { BackendError, type BackendHost } from '@kici-dev/secret-backend';
import { buildConnector, Pool } from 'undici';
import type { ProxyConfig } from '../config.ts';

export const connectTimeoutMs = 10_000;

export interface TlsOptions {
  readonly rejectUnauthorized: true;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

type Connector = ReturnType<typeof buildConnector>;

export interface Connections {
  readonly connect: Connector;
  close(): Promise<void>;
}

/** Every connection, to the server or to its proxy, goes to an address that the host has just allowed. */
export function createConnections(host: BackendHost, tls: TlsOptions, proxy: ProxyConfig | undefined): Connections {
  return proxy === undefined ? { connect: checkedConnector(host, tls), close: async () => {} } : tunnels(host, tls, proxy);
}

function checkedConnector(host: BackendHost, tls: TlsOptions): Connector {
  const lookup: LookupFunction = (hostname, options, done) => {
    host.resolveAddress(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) done(new BackendError('unreachable', { detail: 'the name has no address' }), '');
        else if (options.all === true) done(null, addresses.map(({ address, family }) => ({ address, family })));
        else done(null, first.address, first.family);
      },
      (error: unknown) => done(asError(error), ''),
    );
  };
  const connect = buildConnector({ ...tls, lookup, timeout: connectTimeoutMs, allowH2: false });
  return (target, callback) => {
    // An address is connected to without a look-up.
    if (isIP(target.hostname) === 0) {
      connect(target, callback);
      return;
    }
    host.resolveAddress(target.hostname).then(() => connect(target, callback), (error: unknown) => callback(asError(error), null));
  };
}

function tunnels(host: BackendHost, tls: TlsOptions, { address, username, password }: ProxyConfig): Connections {
  const proxy = new Pool(address.origin, { connect: checkedConnector(host, { rejectUnauthorized: true }), headersTimeout: connectTimeoutMs });
  const upgrade = buildConnector({ ...tls, timeout: connectTimeoutMs, allowH2: false });
  const headers = username === undefined ? {} : { 'proxy-authorization': `Basic ${Buffer.from(`${username}:${password?.text() ?? ''}`).toString('base64')}` };
  const connect: Connector = (target, callback) => {
    const port = target.port || (target.protocol === 'https:' ? '443' : '80');
    const authority = `${isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname}:${port}`;
    proxy.connect({ path: authority, headers }).then(({ statusCode, socket }) => {
      if (statusCode !== 200 || !(socket instanceof Socket)) {
        socket.destroy();
        callback(new BackendError('unreachable', { detail: `the proxy refused the connection with status ${statusCode}` }), null);
      } else if (target.protocol === 'https:') upgrade({ ...target, httpSocket: socket }, callback);
      else callback(null, socket);
    }, (error: unknown) => callback(asError(error), null));
  };
  return { connect, close: () => proxy.destroy() };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new BackendError('unreachable');
}
