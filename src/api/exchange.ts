import type { IncomingMessage } from 'node:http';

export interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * One request and the whole answer to it; a redirect is an answer and is not followed.
 * @throws Error when there is no complete answer
 */
export async function exchange(url: URL, { method, headers, body, signal }: Request): Promise<{ readonly status: number; readonly text: string }> {
  // An import of them, like fetch, would load all of undici, which takes as long as the start of Node.js itself.
  const { request } = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers, ...(signal === undefined ? {} : { signal }) }, resolve).once('error', reject).end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}
