import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { portOf } from './free-port.ts';

export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A proxy for HTTP that sees all that passes, and may answer it or change it, as one that ends TLS can.
 * @param treat gets a request, and what passes it on
 * @returns its address; it ends with the test
 */
export async function createFront(
  target: string,
  treat: (request: Passing, pass: () => Promise<Answer>) => Answer | Promise<Answer>,
): Promise<string> {
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    const relay = async (): Promise<void> => {
      const body = await text(request);
      const pass = async (): Promise<Answer> => {
        const { authorization = '' } = headers;
        const answer = await fetch(target + path, {
          method,
          headers: { authorization, 'content-type': 'application/json' },
          ...(body !== '' && { body }),
        });
        return { status: answer.status, body: await answer.text() };
      };
      const answer = await treat({ method, path, body }, pass);
      response.writeHead(answer.status, answer.headers).end(answer.body);
    };
    // Whoever waits is told, also where the server behind is gone.
    relay().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${portOf(server)}`;
}
