import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { cpuSeconds } from './process.ts';

export interface Target {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Load {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p50: number;
  readonly p99: number;
}

/** So many connections that each ask, wait for the answer, and ask again; a quarter of the time before it counts. */
export async function load(
  server: ChildProcess,
  url: string,
  connections: number,
  durationMs: number,
  target: (index: number) => Target,
): Promise<Load> {
  const wires = await Promise.all(Array.from({ length: connections }, () => openWire(url)));
  let sent = 0;
  const latencies: number[] = [];
  const work = async (wire: Wire, until: number): Promise<void> => {
    while (performance.now() < until) {
      const started = performance.now();
      await wire.ask(target((sent += 1)));
      latencies.push(performance.now() - started);
    }
  };
  const burst = (ms: number): Promise<unknown> => Promise.all(wires.map((wire) => work(wire, performance.now() + ms)));
  await burst(durationMs / 4);
  latencies.length = 0;
  const [cpuBefore, startedAt] = [cpuSeconds(server), performance.now()];
  await burst(durationMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(server) - cpuBefore;
  for (const wire of wires) wire.close();
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    perSecond: sorted.length / seconds,
    cpuMicroseconds: (cpu * 1_000_000) / sorted.length,
    p50: at(0.5),
    p99: at(0.99),
  };
}

export interface Wire {
  /** @returns the body of an answer that says yes */
  ask(target: Target): Promise<string>;
  close(): void;
}

/** One connection, cheaper for who measures than `node:http`'s. */
export async function openWire(url: string): Promise<Wire> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const next = answersOf(socket);
  return {
    async ask({ path, method, headers, body }) {
      const lines = Object.entries({ host, ...headers, 'content-length': String(Buffer.byteLength(body)) });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`);
      return next();
    },
    close: () => socket.destroy(),
  };
}

function answersOf(socket: Socket): () => Promise<string> {
  let chunks: Buffer[] = [];
  let needed = 0;
  let waiting: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunks.reduce((sum, { length }) => sum + length, 0) < needed) return;
    const text = Buffer.concat(chunks).toString('latin1');
    chunks = [Buffer.from(text, 'latin1')];
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
    needed = end + 4 + length;
    if (text.length < needed) return;
    chunks = [];
    needed = 0;
    if (/^HTTP\/1\.1 20[04]/.test(text)) waiting?.resolve(text.slice(end + 4));
    else waiting?.reject(new Error(text.slice(0, 1_000)));
  });
  socket.on('close', () => waiting?.reject(new Error('the connection was closed')));
  socket.on('error', (error) => waiting?.reject(error));
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
}
