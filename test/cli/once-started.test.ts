import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { closeJob } from '../../src/api/job-calls.ts';
import { localTokenFile } from '../../src/api/local-credentials.ts';
import { connectOnceStarted } from '../../src/cli/connection.ts';
import { addressOf } from '../support/wire-api.ts';

const failed = 'http.client.request.error';

it('a client whose first connections are refused waits for the orchestrator, and sends the token that it leaves', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-once-started-'));
  const heard: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.end('{}');
  });
  const url = await freeAddress();
  const environment = { KICI_URL: url, XDG_CONFIG_HOME: folder };
  const refusals = countRefusals(2);
  try {
    const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), environment };
    const client = await connectOnceStarted({}, io);
    const asked = Promise.all(['a', 'b'].map(async (jobId) => client.send(closeJob, { jobId })));
    await refusals.reached;
    const file = localTokenFile(url, environment);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'token-of-the-start\n');
    server.listen(Number(new URL(url).port), '127.0.0.1');
    expect(await asked).toEqual([{}, {}]);
    expect(heard).toEqual(['Bearer token-of-the-start', 'Bearer token-of-the-start']);
  } finally {
    refusals.end();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
});

/** At which nothing listens any more. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = addressOf(server);
  server.close();
  await once(server, 'close');
  return address;
}

function countRefusals(wanted: number): { readonly reached: Promise<void>; readonly end: () => void } {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const onFailure = (): void => {
    count += 1;
    if (count === wanted) resolve();
  };
  subscribe(failed, onFailure);
  return { reached, end: () => unsubscribe(failed, onFailure) };
}
