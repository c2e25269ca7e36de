import { createSecureContext } from 'node:tls';
import { asksForTls, BackendError, wrongSetting, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import { Pool } from 'undici';
import type { VaultConfig } from '../config.ts';
import { Answer, parseRetryAfter } from './answer.ts';
import { connectTimeoutMs, createConnections, type TlsOptions } from './connect.ts';
import { transportFailure } from './failure.ts';
import { readSource, settingOf } from './files.ts';
import { parseJson } from './json.ts';

/** Requests that are on the wire at once; more wait for a connection. */
const maxConnections = 32;
/** The service takes requests of at most 32 MiB, and answers with no more. */
const maxAnswerBytes = 33_554_432;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export interface WireRequest {
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly context: CallContext;
}

export interface Transport {
  /** Follows no redirect. @throws BackendError */
  send(request: WireRequest): Promise<Answer>;
  close(): Promise<void>;
}

export async function openTransport(config: VaultConfig, host: BackendHost): Promise<Transport> {
  const connections = createConnections(host, await tlsOf(config, host), config.proxy);
  const { origin, protocol } = config.address;
  const { ca } = config.tls;
  const authorities = ca === undefined ? undefined : settingOf(ca, 'tls.ca');
  // Deadlines are the caller's.
  const pool = new Pool(origin, {
    connect: connections.connect,
    connections: maxConnections,
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: connectTimeoutMs,
    maxResponseSize: maxAnswerBytes,
    allowH2: false,
  });
  return {
    async send({ uri, method, headers, body, context }) {
      const { pathname, search } = new URL(uri);
      try {
        const response = await pool.request({
          path: pathname + search,
          method,
          headers,
          signal: context.signal,
          ...(body === undefined ? {} : { body }),
        });
        const bytes = await response.body.bytes();
        if (protocol === 'http:' && response.statusCode === 400 && asksForTls(Buffer.from(bytes).toString()))
          throw new BackendError('unreachable', { reason: 'tls_expected', detail: `${origin} asks for https` });
        const retryAfter = response.headers['retry-after'];
        return new Answer(
          response.statusCode,
          parseBody(bytes),
          parseRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, host.now()),
        );
      } catch (error) {
        throw transportFailure(error, origin, authorities, context);
      }
    },
    async close() {
      await pool.destroy();
      await connections.close();
    },
  };
}

async function tlsOf({ tls: { ca, cert, key, serverName } }: VaultConfig, host: BackendHost): Promise<TlsOptions> {
  const [caText, certText, keyText] = await Promise.all(
    [ca, cert, key].map(async (source) => (source === undefined ? undefined : readSource(source, host))),
  );
  try {
    const secureContext = createSecureContext({
      ...(caText === undefined ? {} : { ca: caText }),
      ...(certText === undefined ? {} : { cert: certText }),
      ...(keyText === undefined ? {} : { key: keyText }),
    });
    return { rejectUnauthorized: true, secureContext, ...(serverName === undefined ? {} : { servername: serverName }) };
  } catch {
    const given = [
      ca && settingOf(ca, 'tls.ca'),
      cert && settingOf(cert, 'tls.cert'),
      key && settingOf(key, 'tls.key'),
    ];
    throw wrongSetting(
      given.filter((name) => name !== undefined).join(', '),
      "tls.ca, tls.cert or tls.key is no PEM, or the key is encrypted or not the certificate's",
    );
  }
}

function parseBody(bytes: Uint8Array): unknown {
  try {
    return parseJson(strictUtf8.decode(bytes));
  } catch {
    return undefined;
  }
}
