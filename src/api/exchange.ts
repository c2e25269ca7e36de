import type { IncomingMessage } from 'node:http';
import type { ConnectionOptions, SecureContextOptions } from 'node:tls';
import { AnswerLines, linesType, type Progress } from './answer-lines.ts';

export interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Hears how far the work is, where the server tells; its headers have to accept that. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** As it was sent. */
  readonly retryAfter: string | undefined;
}

/**
 * Sends one request and returns the whole answer; a redirect is an answer and is not followed.
 * @throws Error if there is no complete answer
 */
export type Exchange = (url: URL, request: Request) => Promise<HttpAnswer>;

/** How long a silent server is waited for. */
const patienceMs = 300_000;

/**
 * @param address of the server; its protocol decides the transport
 * @param certificate PEM: that of the server itself, which is trusted beside what the system trusts, under any name
 */
export function createExchange(address: string, silenceMs: number = patienceMs, certificate?: string): Exchange {
  // Importing them, like using fetch, would load all of undici, which takes as long as starting Node.js itself.
  const { request } = address.startsWith('https:')
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http');
  const trusted = certificate === undefined ? {} : trust(certificate);
  return async (url, { method, headers, body, signal, onProgress }) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        url,
        { method, headers, timeout: silenceMs, ...trusted, ...(signal !== undefined && { signal }) },
        resolve,
      );
      sent
        .once('timeout', () => {
          sent.destroy(new Error(`received nothing for ${silenceMs} ms`));
        })
        .once('error', reject)
        .end(body);
    });
    if (response.headers['content-type'] === linesType && onProgress !== undefined) {
      const lines = new AnswerLines(onProgress);
      for await (const text of response.setEncoding('utf8')) lines.add(String(text));
      return { ...lines.end(), retryAfter: undefined };
    }
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
    return {
      status: response.statusCode ?? 0,
      text: Buffer.concat(chunks).toString(),
      retryAfter: response.headers['retry-after'],
    };
  };
}

function trust(certificate: string): SecureContextOptions & Pick<ConnectionOptions, 'checkServerIdentity'> {
  const { checkServerIdentity, getCACertificates } = process.getBuiltinModule('node:tls');
  const fingerprint256 = fingerprintOf(certificate);
  if (fingerprint256 === undefined) return {};
  return {
    ca: [...getCACertificates('default'), certificate],
    // The server's own certificate is enough, whoever has issued it.
    allowPartialTrustChain: true,
    checkServerIdentity: (name, peer) =>
      peer.fingerprint256 === fingerprint256 ? undefined : checkServerIdentity(name, peer),
  };
}

/** @returns `undefined` for half a file, as while it is being written: nothing more is trusted then */
function fingerprintOf(certificate: string): string | undefined {
  try {
    return new (process.getBuiltinModule('node:crypto').X509Certificate)(certificate).fingerprint256;
  } catch {
    return undefined;
  }
}
