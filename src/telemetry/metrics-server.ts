import type { Server, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import type { MetricsAddress } from './telemetry.ts';

/** Shorter than Prometheus's own default of 10 seconds, so that one slow look-up does not cost the others. */
const scrapeTimeoutMs = 5_000;
// An import would load all of undici.
const { createServer } = process.getBuiltinModule('node:http');

const requestTimeoutMs = 5_000;
const checkingMs = 1_000;
const mostConnections = 32;
/** More than a scrape takes. */
const connectionMs = 15_000;
/** More series of one metric than its labels allow, or the SDK would throw names together before `_other` does. */
const mostSeries = 40_000;

/** Read by each scrape, and never on its own. */
export class ScrapedReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  #running: Promise<string> | undefined;

  constructor() {
    super({ cardinalitySelector: () => mostSeries });
  }

  /** The metrics in Prometheus's text format; scrapes at the same time share one look. */
  text(): Promise<string> {
    this.#running ??= this.#collect().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #collect(): Promise<string> {
    // What could not be looked up is missing, and the rest is shown.
    const { resourceMetrics } = await this.collect({ timeoutMillis: scrapeTimeoutMs });
    return this.#serializer.serialize(resourceMetrics);
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

const unknownHost = 'Unknown host: ask by an address, or add the name to KICI_PUBLIC_URL.\n';

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `/metrics`, and nothing else, apart from the server that clients use.
 * @throws the system's error if it cannot listen
 */
export async function serveMetrics(
  reader: Pick<ScrapedReader, 'text'>,
  { host, port, names = [] }: MetricsAddress,
  longestMs: number = connectionMs,
): Promise<MetricsServer> {
  const known = new Set(['localhost', host, ...names].map((name) => name.toLowerCase()));
  const server = createServer(
    { headersTimeout: requestTimeoutMs, requestTimeout: requestTimeoutMs, connectionsCheckingInterval: checkingMs },
    (request, response) => {
      const { url, method, headers } = request;
      // Browsers say so for HTTPS and this machine only.
      const isPage = (headers['sec-fetch-site'] ?? 'none') !== 'none';
      if (isPage) response.writeHead(403).end();
      else if (!isKnown(headers.host, known)) response.writeHead(421).end(unknownHost);
      else if (url?.split('?')[0] !== '/metrics') response.writeHead(404).end();
      else if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
      else void answer(reader, response);
    },
  );
  server.maxConnections = mostConnections;
  // Whoever does not read would keep others out with what is written for them.
  server.maxRequestsPerSocket = 1;
  server.on('connection', (socket) => {
    const timer = setTimeout(() => socket.destroy(), longestMs);
    socket.once('close', () => {
      clearTimeout(timer);
    });
  });
  const url = await listening(server, host, port);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A web page can have any name lead here (DNS rebinding), but no address and no name that was configured. */
function isKnown(host: string | undefined, known: ReadonlySet<string>): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return known.has(hostname) || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

async function answer(reader: Pick<ScrapedReader, 'text'>, response: ServerResponse): Promise<void> {
  try {
    const text = await reader.text();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } catch {
    response.writeHead(500).end();
  }
}

async function listening(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`;
}
