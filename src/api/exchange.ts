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

/** The answer had begun. */
export class BrokenOffError extends Error {
  override readonly name = 'BrokenOffError';

  constructor(cause: unknown) {
    super('the answer broke off', { cause });
  }
}

/**
 * Sends one request and returns the whole answer; a redirect is an answer and is not followed.
 * @throws Error if there is no answer; BrokenOffError if it is not complete
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
    return answerFrom(response, onProgress).catch((error: unknown) => {
      throw new BrokenOffError(error);
    });
  };
}

async function answerFrom(response: IncomingMessage, onProgress: Request['onProgress']): Promise<HttpAnswer> {
  const { 'content-type': type = '', 'retry-after': retryAfter } = response.headers;
  // A proxy may add a character set.
  if (onProgress !== undefined && type.split(';')[0]?.trim().toLowerCase() === linesType) {
    const lines = new AnswerLines(onProgress);
    for await (const text of response.setEncoding('utf8')) lines.add(String(text));
    return { ...lines.end(), retryAfter };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), retryAfter };
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
