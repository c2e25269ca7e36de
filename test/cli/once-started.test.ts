import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ApiClient } from '../../src/api/client.ts';
import { closeJob } from '../../src/api/job-calls.ts';
import { localCertificateLink, localTokenFile } from '../../src/api/local-credentials.ts';
import { connectOnceStarted } from '../../src/cli/connection.ts';
import { opensslLane, selfSigned } from '../support/certificates.ts';
import { describeLane } from '../support/lane.ts';
import { addressOf } from '../support/wire-api.ts';

const failed = 'http.client.request.error';
const refused = { failure: { reason: 'connection_refused' } };

let folder: string;
/** At which nothing listens yet. */
let address: string;
/** The tokens that came. */
let heard: (string | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-once-started-'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = addressOf(server);
  server.close();
  await once(server, 'close');
  heard = [];
});
afterEach(async () => rm(folder, { recursive: true }));

it('a client whose first connections are refused waits for the orchestrator, and sends the token that it leaves', async () => {
  const refusals = countRefusals();
  const client = await connectTo(address);
  const asked = Promise.all([ask(client), ask(client)]);
  await refusals.reached(2);
  await leaveToken('fresh');
  await listen();
  expect(await asked).toEqual([{}, {}]);
  expect(heard).toEqual(['fresh', 'fresh']);
});

it('a client whose token the orchestrator has replaced at its start sends the new one', async () => {
  await leaveToken('stale');
  const client = await connectTo(address);
  await leaveToken('fresh');
  await listen();
  expect(await Promise.all([ask(client), ask(client)])).toEqual([{}, {}]);
  expect(heard.filter((token) => token === 'stale')).toHaveLength(2);
});

it('a token that was given is not replaced', async () => {
  await leaveToken('fresh');
  await listen();
  await expect(ask(await connectTo(address, { KICI_TOKEN: 'given' }))).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  expect(heard).toEqual(['given']);
});

it('an orchestrator that has answered, if only with a refusal, is not waited for when it has ended', async () => {
  await leaveToken('stale');
  const client = await connectTo(address);
  const server = await listen();
  await expect(ask(client)).rejects.toMatchObject({ code: 'unauthenticated' });
  await close(server);
  const refusals = countRefusals();
  await expect(ask(client)).rejects.toMatchObject(refused);
  expect(refusals.count()).toBe(1);
});

it('a request with a limit of its own is not kept waiting', async () => {
  const client = await connectTo(address);
  const refusals = countRefusals();
  await expect(ask(client, new AbortController().signal)).rejects.toMatchObject(refused);
  expect(refusals.count()).toBe(1);
});

it('a token that could not be read keeps no later request from waiting', async () => {
  const refusals = countRefusals();
  const client = await connectTo(address);
  const first = ask(client);
  await refusals.reached(1);
  await mkdir(tokenFile(), { recursive: true });
  const server = await listen();
  await expect(first).rejects.toMatchObject({ code: 'cannot_read' });
  await close(server);
  const second = ask(client);
  await refusals.reached(2);
  await rm(tokenFile(), { recursive: true });
  await leaveToken('fresh');
  await listen();
  expect(await second).toEqual({});
});

describeLane(opensslLane, () => {
  it('a client that came before the certificate of the orchestrator reads that too', async () => {
    const certificate = selfSigned('kici.example.com');
    const url = address.replace('http', 'https');
    const client = await connectTo(url);
    await leaveToken('fresh', url);
    await writeFile(join(folder, 'tls.crt'), certificate.cert);
    await symlink(join(folder, 'tls.crt'), localCertificateLink(tokenFile(url)));
    await listen(createSecureServer(certificate, answer));
    expect(await ask(client)).toEqual({});
    expect(heard).toEqual(['fresh']);
  });
});

/** Knows the fresh token alone. */
const answer: RequestListener = ({ headers }, response) => {
  const token = headers.authorization?.replace('Bearer ', '');
  heard.push(token);
  // A connection that is kept would be reset rather than refused.
  response.setHeader('connection', 'close');
  response.statusCode = token === 'fresh' ? 200 : 401;
  response.end(
    token === 'fresh' ? '{}' : JSON.stringify({ error: 'unauthenticated', message: 'unknown', hint: 'none' }),
  );
};

async function listen(server: Server = createServer(answer)): Promise<Server> {
  server.listen(Number(new URL(address).port), '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => (server.listening ? close(server) : undefined));
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function connectTo(url: string, more: Readonly<Record<string, string>> = {}): Promise<ApiClient> {
  const environment = { KICI_URL: url, XDG_CONFIG_HOME: folder, ...more };
  return connectOnceStarted(
    {},
    { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), environment },
  );
}

async function ask(client: ApiClient, signal?: AbortSignal): Promise<object> {
  return client.send(closeJob, { jobId: 'a' }, undefined, signal);
}

function tokenFile(url = address): string {
  return localTokenFile(url, { XDG_CONFIG_HOME: folder });
}

async function leaveToken(token: string, url = address): Promise<void> {
  await mkdir(dirname(tokenFile(url)), { recursive: true });
  await writeFile(tokenFile(url), `${token}\n`);
}

interface Refusals {
  readonly count: () => number;
  readonly reached: (wanted: number) => Promise<void>;
}

function countRefusals(): Refusals {
  let count = 0;
  const waiting = new Set<() => void>();
  const onFailure = (): void => {
    count += 1;
    for (const look of waiting) look();
  };
  subscribe(failed, onFailure);
  onTestFinished(() => {
    unsubscribe(failed, onFailure);
  });
  return {
    count: () => count,
    reached: async (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (count >= wanted) resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
