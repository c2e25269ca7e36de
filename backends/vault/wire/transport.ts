import { createSecureContext } from 'node:tls';
import {
  AnswerGauge,
  asksForTls,
  BackendError,
  wrongSetting,
  type AnswerKind,
  type BackendHost,
  type CallContext,
} from '@kici-dev/secret-backend';
import { Pool } from 'undici';
import type { VaultConfig } from '../config.ts';
import { VaultAnswer, parseRetryAfter } from './answer.ts';
import { connectTimeoutMs, createConnections, type TlsOptions } from './connect.ts';
import { transportFailure } from './failure.ts';
import { readSource, settingOf } from './files.ts';
import { parseJson, parsePlainJson } from './json.ts';

/** Concurrent requests; more wait for a connection. */
const maxConnections = 32;
/**
 * Written into the service's audit log where its operator has that header audited
 * (developer.hashicorp.com/vault/api-docs/system/config-auditing).
 */
const correlationHeader = 'x-correlation-id';

export interface WireRequest {
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly kind: AnswerKind;
  readonly context: CallContext;
}

/** HTTP to one server: over guarded addresses, with deadlines, size limits and the configured TLS. */
export interface Transport {
  /** Follows no redirect. @throws BackendError */
  send(request: WireRequest): Promise<VaultAnswer>;
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
    allowH2: false,
  });
  return {
    async send({ uri, method, headers, body, kind, context }) {
      const { pathname, search } = new URL(uri);
      const requestId = host.requestId?.();
      try {
        const response = await pool.request({
          path: pathname + search,
          method,
          headers: requestId === undefined ? headers : { ...headers, [correlationHeader]: requestId },
          signal: context.signal,
          ...(body !== undefined && { body }),
        });
        const gauge = new AnswerGauge(kind);
        const text = await readText(response.body, gauge);
        if (protocol === 'http:' && response.statusCode === 400 && asksForTls(text ?? ''))
          throw new BackendError('unreachable', { reason: 'tls_expected', detail: `${origin} requires https` });
        const retryAfter = response.headers['retry-after'];
        return new VaultAnswer(
          response.statusCode,
          text === undefined ? undefined : gauge.hasSpelledNumbers ? parseJson(text) : parsePlainJson(text),
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
      ...(caText !== undefined && { ca: caText }),
      ...(certText !== undefined && { cert: certText }),
      ...(keyText !== undefined && { key: keyText }),
    });
    return { rejectUnauthorized: true, secureContext, ...(serverName !== undefined && { servername: serverName }) };
  } catch {
    const given = [
      ca && settingOf(ca, 'tls.ca'),
      cert && settingOf(cert, 'tls.cert'),
      key && settingOf(key, 'tls.key'),
    ];
    throw wrongSetting(
      given.filter((name) => name !== undefined).join(', '),
      "tls.ca, tls.cert or tls.key is not PEM, or the key is encrypted or not the certificate's",
    );
  }
}

/**
 * Checked and decoded as it arrives, so that only parsing remains at the end.
 * @returns undefined if it is not text
 * @throws BackendError `too_large`
 */
async function readText(body: AsyncIterable<Uint8Array>, gauge: AnswerGauge): Promise<string | undefined> {
  const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string | undefined => {
    try {
      return strictUtf8.decode(piece, { stream: piece !== undefined });
    } catch {
      return undefined;
    }
  };
  let text = '';
  for await (const piece of body) {
    gauge.add(piece);
    const decoded = decode(piece);
    if (decoded === undefined) return undefined;
    text += decoded;
  }
  const rest = decode();
  return rest === undefined ? undefined : text + rest;
}
