import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }));
const batch = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              attributes,
            }),
          ),
        }),
      ),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof batch>['resourceSpans'][number]['scopeSpans'][number]['spans'][number];

export interface Collector {
  readonly endpoint: string;
  /** Everything that was sent, as it came. */
  readonly received: () => string;
  readonly spans: () => readonly ReceivedSpan[];
  /** How often it was asked. */
  readonly asked: () => number;
  stop(): Promise<void>;
}

/** An OTLP collector. @param answer what it does with a batch; `hang`: nothing */
export async function startCollector(answer: 'take' | 'refuse' | 'hang' = 'take'): Promise<Collector> {
  const bodies = new Array<string>();
  let asked = 0;
  const server = createServer((request, response: ServerResponse) => {
    asked += 1;
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      bodies.push(`${JSON.stringify(request.headers)}\n${body}`);
      if (answer === 'take') response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      if (answer === 'refuse') response.writeHead(400).end();
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received: () => bodies.join('\n'),
    asked: () => asked,
    spans: () =>
      bodies.flatMap((body) =>
        batch
          .parse(JSON.parse(body.slice(body.indexOf('\n') + 1)))
          .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
