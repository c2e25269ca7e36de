import { request, type IncomingMessage } from 'node:http';

export interface Listening {
  readonly status: number;
  /** In order of arrival. */
  readonly events: () => readonly { readonly event: string; readonly data: unknown }[];
  readonly text: () => string;
  readonly lastId: () => string | undefined;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>;
  stop(): void;
}

export async function listen(
  url: string,
  headers: Readonly<Record<string, string>>,
  organization = 'default',
): Promise<Listening> {
  const sent = request(new URL(`/api/v1/orgs/${organization}/events`, url), { agent: false, headers });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject).end();
  });
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    response.once('close', () => {
      resolve();
    });
  });
  return {
    status: response.statusCode ?? 0,
    text: () => text,
    events: () =>
      text
        .split('\n\n')
        .filter((block) => block.includes('event: '))
        .map((block) => ({
          event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
          data: dataOf(block),
        })),
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1],
    ended,
    stop: () => sent.destroy(),
  };
}

function dataOf(block: string): unknown {
  return JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}');
}
