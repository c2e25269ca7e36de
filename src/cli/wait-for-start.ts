import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Io } from './terminal/io.ts';
import { withProgress } from './terminal/progress.ts';

const patienceMs = 5_000;
const pauseMs = 50;

/**
 * Waits up to five seconds for an orchestrator of this machine that was started a moment ago, such as by the previous
 * line of a script, and has refused a connection.
 * @param ready what else must hold then
 */
export async function waitForStart(
  url: URL,
  io: Io,
  ready: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  const end = Date.now() + patienceMs;
  const over = (): boolean => signal?.aborted === true || Date.now() > end;
  await withProgress(io, `waiting for an orchestrator to start at ${url.origin}`, async () => {
    // oxlint-disable-next-line no-await-in-loop -- one attempt after another
    while (!over() && !((await listens(url)) && (await ready()))) await delay(pauseMs);
  });
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether connecting does anything other than being refused, which is all that waiting can help. */
function listens({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    });
    socket
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code !== 'ECONNREFUSED');
      });
  });
}
