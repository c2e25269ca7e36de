import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ServerSettings } from '../../../src/composition/settings.ts';
import { dashboardSessionPath } from '../../../src/api/dashboard-session.ts';
import { opensslLane, selfSigned, type Certificate } from '../../support/certificates.ts';
import { describeLane } from '../../support/lane.ts';
import { scrape, valueOf } from '../../telemetry/support/scrape.ts';
import { startServer, type TestServer } from '../support/server.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-tls-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const [first, second] = opensslLane.missing === undefined ? [selfSigned('localhost'), selfSigned('localhost')] : [];
const pairOf = (certificate: Certificate | undefined): Certificate => {
  if (certificate === undefined) throw new Error('there is no openssl');
  return certificate;
};

async function put({ cert, key }: Certificate, at = folder): Promise<void> {
  await writeFile(join(at, 'tls.crt'), cert);
  await writeFile(join(at, 'tls.key'), key);
}

interface Tls {
  readonly server: TestServer;
  /** Lets the server look at its files, as its timer does. */
  readonly look: () => void;
}

async function start(settings: Partial<ServerSettings> = {}): Promise<Tls> {
  const rounds = new Array<() => Promise<void>>();
  const server = await startServer({
    settings: {
      tls: { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
      telemetry: { metrics: { host: '127.0.0.1', port: 0 }, traces: false },
      ...settings,
    },
    repeat: (work, everyMs) => {
      if (everyMs === 10_000) rounds.push(work);
      return () => undefined;
    },
  });
  return {
    server,
    look() {
      for (const round of rounds) void round();
    },
  };
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly cookie: string;
  /** Of the certificate that the server has shown. */
  readonly cert: string;
  /** Of the client. */
  readonly port: number | undefined;
}

function ask(
  server: TestServer,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  agent: Agent | false = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}${path}`,
      { method: body === undefined ? 'GET' : 'POST', rejectUnauthorized: false, agent, headers },
      (response) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a request over TLS
        const socket = response.socket as TLSSocket;
        const cert = socket.getPeerX509Certificate()?.toString() ?? '';
        const port = socket.localPort;
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.once('end', () => {
          resolve({
            status: response.statusCode,
            body: text,
            cookie: String(response.headers['set-cookie'] ?? ''),
            cert,
            port,
          });
        });
      },
    );
    sent.once('error', reject).end(body);
  });
}

const shown = async (server: TestServer): Promise<string> => (await ask(server, '/health/live')).cert.trim();

/** Until the look at the files has ended. */
async function until(server: TestServer, text: string): Promise<void> {
  await expect.poll(() => server.log()).toContain(text);
}

describeLane(opensslLane, () => {
  it('a certificate makes the server speak TLS, and give safe cookies', async () => {
    await put(pairOf(first));
    const { server } = await start();
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(await shown(server)).toBe(pairOf(first).cert.trim());
    const signedIn = await ask(
      server,
      dashboardSessionPath,
      { 'content-type': 'application/json', origin: server.url },
      JSON.stringify({ token: server.owner }),
    );
    expect(signedIn).toMatchObject({ status: 200, cookie: expect.stringContaining('__Host-kici=') });
    const foreign = await ask(server, '/api/v1/orgs/default/environments', {
      origin: server.url.replace('https', 'http'),
    });
    expect(foreign.status).toBe(403);
  });

  it('a certificate lets plain values out by another name than that of this machine, unless a proxy was asked in the clear', async () => {
    await put(pairOf(first));
    const { server } = await start({ publicUrls: [new URL('http://kici.internal')] });
    const values = (headers: Record<string, string>) =>
      ask(server, '/api/v1/orgs/default/environments/none/values/TOKEN', { host: 'kici.internal', ...headers });
    // Who asks is not known: but that is looked at next.
    expect((await values({})).status).toBe(401);
    expect((await values({ 'x-forwarded-proto': 'http' })).status).toBe(421);
  });

  it('a certificate changes nothing about who gives way when all connections are taken', async () => {
    await put(pairOf(first));
    const { server } = await start({ httpLimits: { maxConnections: 3 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    onTestFinished(() => {
      agent.destroy();
    });
    const headers = { authorization: `Bearer ${server.owner}` };
    const own = () => ask(server, '/api/v1/orgs/default/environments', headers, undefined, agent);
    expect((await own()).status).toBe(200);
    const ports = new Set<number | undefined>();
    // Strangers, who never shake hands.
    const strangers = Array.from({ length: 6 }, () => connect(Number(new URL(server.url).port), '127.0.0.1'));
    onTestFinished(() => {
      for (const stranger of strangers) stranger.destroy();
    });
    const given = strangers.slice(0, 4).map((stranger) => {
      stranger.on('error', () => undefined).resume();
      return new Promise((resolve) => {
        stranger.once('close', resolve);
      });
    });
    await Promise.all(given);
    for (const { port } of [await own(), await own()]) ports.add(port);
    expect([...ports]).toEqual([(await own()).port]);
  });

  it.each([
    ['is written over', put],
    [
      'is renamed into its place',
      async (pair: Certificate) => {
        await writeFile(join(folder, 'new.crt'), pair.cert);
        await writeFile(join(folder, 'new.key'), pair.key);
        await rename(join(folder, 'new.crt'), join(folder, 'tls.crt'));
        await rename(join(folder, 'new.key'), join(folder, 'tls.key'));
      },
    ],
  ])('a certificate that %s is used for the next connection', async (_, replace) => {
    await put(pairOf(first));
    const { server, look } = await start();
    await replace(pairOf(second));
    look();
    await until(server, 'a new certificate is used');
    expect(await shown(server)).toBe(pairOf(second).cert.trim());
  });

  it('a certificate behind a link that is swapped, as Kubernetes does it, is used', async () => {
    const data = async (name: string, pair: Certificate): Promise<void> => {
      const at = await mkdtemp(join(folder, `${name}-`));
      await put(pair, at);
      await symlink(at, join(folder, `${name}.link`));
      await rename(join(folder, `${name}.link`), join(folder, '..data'));
    };
    await data('one', pairOf(first));
    for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(folder, name));
    const { server, look } = await start();
    expect(await shown(server)).toBe(pairOf(first).cert.trim());
    await data('two', pairOf(second));
    look();
    await until(server, 'a new certificate is used');
    expect(await shown(server)).toBe(pairOf(second).cert.trim());
  });

  it('a certificate that cannot be used is told in log, health and metrics, and the one before is kept until it is mended', async () => {
    await put(pairOf(first));
    const { server, look } = await start();
    expect(valueOf(await scrape(server), 'kici_tls_certificate_outdated')).toBe(0);
    expect(valueOf(await scrape(server), 'kici_tls_certificate_end_timestamp_seconds')).toBeGreaterThan(
      Date.now() / 1_000,
    );
    // The new certificate, and the key of the one before: in the middle of a change.
    await writeFile(join(folder, 'tls.crt'), pairOf(second).cert);
    look();
    await until(server, 'the one before is kept');
    look();
    look();
    expect(await shown(server)).toBe(pairOf(first).cert.trim());
    expect(JSON.parse((await ask(server, '/health/ready')).body)).toEqual({
      status: 'ready',
      degraded: ['certificate_refused'],
    });
    expect(valueOf(await scrape(server), 'kici_tls_certificate_outdated')).toBe(1);
    expect(server.log().split('the one before is kept')).toHaveLength(2);
    expect(server.log()).not.toContain('BEGIN');
    await writeFile(join(folder, 'tls.key'), pairOf(second).key);
    look();
    await until(server, 'a new certificate is used');
    expect(await shown(server)).toBe(pairOf(second).cert.trim());
    expect(valueOf(await scrape(server), 'kici_tls_certificate_outdated')).toBe(0);
  });

  it.each([
    ['that is gone', async () => rm(join(folder, 'tls.key'))],
    ['that is no PEM', async () => writeFile(join(folder, 'tls.key'), 'nonsense')],
    ['of another certificate', async () => writeFile(join(folder, 'tls.key'), pairOf(second).key)],
  ])('a certificate with a key %s keeps the server from starting, and says which file', async (_, spoil) => {
    await put(pairOf(first));
    await spoil();
    await expect(start()).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining(join(folder, 'tls.key')),
      hint: expect.stringContaining('--tls-key-file'),
    });
  });

  it('a certificate is not spoken past: a client without TLS is cut off, and the next one served', async () => {
    await put(pairOf(first));
    const { server } = await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        resolve();
      });
      socket.on('error', () => undefined);
    });
    socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    socket.resume();
    await closed;
    expect((await ask(server, '/health/live')).status).toBe(200);
  });
});
