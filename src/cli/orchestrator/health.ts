import type { RequestOptions } from 'node:http';
import { CommandError, UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import type { Configuration } from './configuration.ts';
import { configurationItems } from './configuration-items.ts';
import { certificateFilesOf, portOf } from './configured-values.ts';

// An import would load all of undici.
const { get: getPlain } = process.getBuiltinModule('node:http');
const { get: getSecure } = process.getBuiltinModule('node:https');

/** Below what container engines are told to wait. */
const usualDeadlineMs = 5_000;

/** Where a server that listens on every address is reached from its own machine. */
const loopback: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Asks `/health/ready` as a load balancer does.
 * @throws CommandError `not_ready`
 */
export async function health(
  configuration: Configuration,
  json: boolean,
  io: Io,
  deadlineMs: number = usualDeadlineMs,
): Promise<void> {
  const port = portOf(configuration.port, configurationItems.port);
  if (port === 0)
    throw new UsageError(
      'port 0 is any free port, so nobody can be asked there',
      'give the port with --port or KICI_PORT',
    );
  const host = loopback[configuration.host.value] ?? configuration.host.value;
  const answer = await statusOf({ host, port }, certificateFilesOf(configuration) !== undefined, deadlineMs);
  if (answer !== 200)
    throw new CommandError(
      'not_ready',
      `the orchestrator on ${host} port ${port} ${typeof answer === 'number' ? `is not ready (HTTP ${answer})` : `does not answer (${answer})`}`,
      'its log says why; `kici-orchestrator config` shows the address that was asked',
    );
  io.stdout.write(json ? `${JSON.stringify({ ready: true })}\n` : 'ready\n');
}

/** The HTTP status, or why there is none. */
async function statusOf(address: RequestOptions, isSecure: boolean, deadlineMs: number): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  const asked = { ...address, path: '/health/ready', agent: false, signal: AbortSignal.timeout(deadlineMs) };
  // The certificate is for the name by which others reach the server. Nothing secret is sent or believed here.
  const request = isSecure ? getSecure({ ...asked, rejectUnauthorized: false }) : getPlain(asked);
  request.once('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  request.once('error', (error) => {
    resolve(
      error.name === 'AbortError' ? `within ${deadlineMs} ms` : 'code' in error ? String(error.code) : error.name,
    );
  });
  return promise;
}
