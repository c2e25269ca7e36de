import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { logStream } from '../../src/cli/orchestrator/log-stream.ts';
import { cleanEnvironment, programFile } from '../support/programs.ts';

it('lines that nobody reads are dropped beyond a bound, and counted once there is room', async () => {
  const taken: string[] = [];
  let take = (): void => undefined;
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _, done) {
      taken.push(line);
      take = done;
    },
  });
  const log = logStream(stream, (lines) => {
    log.write(`${lines} dropped`);
  });
  const line = 'x'.repeat(1_000);
  for (let count = 0; count < 3_000; count += 1) log.write(line);
  expect(stream.writableLength).toBeLessThan(1_100_000);
  const drained = once(stream, 'drain');
  while (stream.writableLength > 0) take();
  await drained;
  const kept = taken.filter((text) => text === line).length;
  expect(kept).toBeGreaterThan(1_000);
  expect(taken.slice(kept)).toEqual([`${3_000 - kept} dropped`]);
});

/** As a service manager starts it: its standard error is a pipe. */
async function startOn(pipe: string, home: string) {
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      'exec "$@" 2> "$0"',
      pipe,
      process.execPath,
      programFile('kici-orchestrator'),
      '--log-level',
      'debug',
      '--json',
    ],
    {
      env: { ...cleanEnvironment(home), KICI_DATA_DIR: join(home, 'data'), KICI_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [first] = await once(child.stdout, 'data');
  return { child, url: String(JSON.parse(String(first)).url) };
}

it('a reader of the log that stands still holds up no request, and reads everything later', async () => {
  const home = await mkdtemp(join(tmpdir(), 'kici-log-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const pipe = join(home, 'log');
  execFileSync('mkfifo', [pipe]);
  const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const { child, url } = await startOn(pipe, home);
  const requests = 600;
  for (let count = 0; count < requests; count += 1)
    expect((await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(20_000) })).status).toBe(200);
  const reader = new Socket({ fd: end, writable: false });
  let text = '';
  reader.on('data', (chunk) => (text += String(chunk)));
  await expect.poll(() => text.split('"msg":"request"').length - 1, { timeout: 60_000 }).toBe(requests);
  reader.destroy();
  // With nobody at the other end, the log is lost and the server is not.
  for (let count = 0; count < 3; count += 1) expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
