import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import { serveMetrics, type MetricsServer } from '../../src/telemetry/metrics-server.ts';
import { startServer } from '../orchestrator/support/server.ts';
import { scrape, valueOf, withMetrics } from './support/scrape.ts';

const sockets = new Array<Socket>();
let server: MetricsServer | undefined;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
  server = undefined;
});

/** Connections that say nothing. */
function idle(url: string, count: number): void {
  const { port } = new URL(url);
  for (let index = 0; index < count; index += 1)
    sockets.push(connect(Number(port), '127.0.0.1').on('error', () => undefined));
}

async function serve(
  text: () => Promise<string> = async () => 'a 1\n',
  names: readonly string[] = [],
): Promise<string> {
  server = await serveMetrics({ text }, { host: '127.0.0.1', port: 0, names }, 500);
  return server.url;
}

/** With headers that `fetch` may not set. */
function statusFor(url: string, headers: OutgoingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (answer) => {
      resolve(answer.resume().statusCode);
    })
      .once('error', reject)
      .end();
  });
}

describe('the port of the metrics', () => {
  it('answers while the other one is flooded', async () => {
    const running = await startServer({ settings: { ...withMetrics, httpLimits: { maxConnections: 20 } } });
    idle(running.url, 100);
    const flood = Promise.allSettled(Array.from({ length: 200 }, () => fetch(`${running.url}/health/live`)));
    expect(valueOf(await scrape(running), 'kici_build_info')).toBe(1);
    await flood;
    expect(valueOf(await scrape(running), 'http_server_active_requests')).toBe(0);
  });

  it('has nothing but metrics, and nothing for web pages', async () => {
    const url = await serve();
    const status = async (to: string, init: RequestInit = {}) => (await fetch(to, init)).status;
    expect(await status(url)).toBe(200);
    expect(await status(`${url}?name=x`)).toBe(200);
    expect(await status(url, { method: 'HEAD' })).toBe(200);
    expect(await status(url, { method: 'POST', body: 'x' })).toBe(405);
    expect(await status(url.replace('/metrics', '/'))).toBe(404);
    expect(await statusFor(url, { 'sec-fetch-site': 'same-origin' })).toBe(403);
  });

  it('answers by addresses and configured names, and by no other: a page can have its name lead here', async () => {
    const url = await serve(undefined, ['kici-1.example']);
    const port = new URL(url).port;
    const asks = ['127.0.0.1', `10.1.2.3:${port}`, '[::1]:9464', 'LOCALHOST', 'kici-1.example:9464'].map((host) => [
      host,
      200,
    ]);
    for (const [host, status] of [...asks, ['rebound.example:9464', 421], ['127.0.0.1.nip.example', 421], ['a b', 421]])
      // oxlint-disable-next-line no-await-in-loop -- which host it is about
      expect([host, await statusFor(url, { host: String(host) })]).toEqual([host, status]);
  });

  it('gives each connection one answer, and none to those who do not read for long', async () => {
    const url = await serve(async () => 'a 1\n'.repeat(200_000));
    const { port } = new URL(url);
    const closed = Array.from({ length: 32 }, async () => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      sockets.push(socket.pause());
      socket.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(50));
      await once(socket, 'connect');
      await once(socket, 'close');
    });
    await expect.poll(async () => (await fetch(url)).status, { interval: 100 }).toBe(200);
    for (const socket of sockets) socket.resume();
    await Promise.all(closed);
  });

  it('answers 500, and the next time again, where the metrics are unavailable', async () => {
    let isBroken = true;
    const url = await serve(async () => {
      if (isBroken) throw new Error('secret detail');
      return 'a 1\n';
    });
    const broken = await fetch(url);
    expect([broken.status, await broken.text()]).toEqual([500, '']);
    isBroken = false;
    expect(await (await fetch(url)).text()).toBe('a 1\n');
  });

  it('ends at once, whoever holds a connection, and in the middle of an answer', async () => {
    const url = await serve(() => new Promise(() => undefined));
    idle(url, 10);
    const waiting = fetch(url);
    const failed = expect(waiting).rejects.toThrow();
    // The request has arrived once another one on its own connection is answered.
    await fetch(url.replace('/metrics', '/'));
    await server?.close();
    await failed;
    await expect(fetch(url)).rejects.toThrow();
  });

  it('shows what can be looked up while something else hangs or fails, and nothing that is no number', async () => {
    const telemetry = await createTelemetry(
      { metrics: { host: '127.0.0.1', port: 0 }, traces: false },
      {},
      {
        collector: () => undefined,
      },
    );
    try {
      telemetry.watch({
        streams: () => Number.NaN,
        openJobs: async () => {
          throw new Error('the database is away');
        },
        auditBreaks: async () => 0,
        // A database that hangs.
        ready: () => new Promise(() => undefined),
        checkpoints: undefined,
        certificate: undefined,
      });
      telemetry.database?.ran('select 1', Number.NaN, false);
      telemetry.database?.ran('select 1', -5, false);
      const text = await (await fetch(telemetry.url ?? '')).text();
      expect(text).not.toContain('NaN');
      expect(text).not.toContain('away');
      expect(valueOf(text, 'kici_ready')).toBe(0);
      expect(valueOf(text, 'kici_event_streams')).toBeUndefined();
      expect(valueOf(text, 'kici_jobs_open')).toBeUndefined();
      expect(valueOf(text, 'db_client_operation_duration_seconds_count')).toBe(1);
      expect(valueOf(text, 'db_client_operation_duration_seconds_sum')).toBe(0);
    } finally {
      await telemetry.close();
    }
  });
});
