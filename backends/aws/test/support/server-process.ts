import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface RunningServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

interface Program {
  readonly command: string;
  readonly arguments: (port: number) => readonly string[];
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  /** A path that answers 200 once the server is up. */
  readonly healthPath: string;
}

const patienceMs = 90_000;

/**
 * A server for one test: on a free port, with its own folder, ended by process id.
 * @param attempts somebody else may take the port before the server does
 */
export async function startServer(program: Program, attempts = 3): Promise<RunningServer> {
  const port = await freePort();
  const home = await mkdtemp(join(tmpdir(), 'kici-aws-'));
  const child = spawn(program.command, program.arguments(port), {
    cwd: home,
    stdio: 'ignore',
    detached: true,
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, ...program.environment(port) },
  });
  const ended = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    // In its own process group, since it may have children.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  const deadline = Date.now() + patienceMs;
  for (;;) {
    if (child.exitCode !== null) {
      await stop();
      if (attempts > 1) return startServer(program, attempts - 1);
      throw new Error(`${program.command} ended with ${child.exitCode}`);
    }
    const answer = await fetch(`${endpoint}${program.healthPath}`).catch(() => undefined);
    if (answer?.ok === true) return { endpoint, stop };
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${program.command} is not up after ${patienceMs} ms`);
    }
    await wait(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
