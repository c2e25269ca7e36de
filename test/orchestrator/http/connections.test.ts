import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { httpLimits } from '../../../src/orchestrator/http/limits.ts';
import { eventsPath } from '../../../src/api/change-events.ts';
import { open as openJob } from '../support/jobs.ts';
import { connect, send, statusOf, type RawConnection } from '../support/raw-http.ts';
import { startServer, type TestServer } from '../support/server.ts';

const many = 200;
/** Capacity of the servers to be filled. */
const room = 20;
const path = '/api/v1/orgs/default/environments';

const openMany = (url: string, count = many, from?: string) =>
  Promise.all(Array.from({ length: count }, () => connect(url, { from })));

/** A connection that has presented the token and begun to receive the answer. */
async function openWith(url: string, token: string, at = path): Promise<RawConnection> {
  const connection = await connect(url);
  connection.socket.write(`GET ${at} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`);
  await Promise.race([connection.ended, once(connection.socket, 'data').catch(() => undefined)]);
  return connection;
}

async function openAllWith(url: string, token: string, at = path): Promise<readonly RawConnection[]> {
  const opened: RawConnection[] = [];
  for (let count = 0; count < room; count += 1) opened.push(await openWith(url, token, at));
  return opened;
}

/** A request over a kept connection: its status, and the port that it came from. */
function ask(server: TestServer, agent: Agent): Promise<{ status: number | undefined; port: number | undefined }> {
  const headers = { authorization: `Bearer ${server.owner}` };
  return new Promise((resolve, reject) => {
    request(`${server.url}${path}`, { agent, headers }, (response) => {
      const port = response.socket.localPort;
      response.resume().once('end', () => {
        resolve({ status: response.statusCode, port });
      });
    })
      .once('error', reject)
      .end();
  });
}

const isOpen = ({ socket }: RawConnection): boolean => !socket.destroyed && socket.readable;

describe('clients without a token', () => {
  it('hold no more connections than there are, the oldest going first, and keep nobody else out', async () => {
    const server = await startServer({ settings: { httpLimits: { maxConnections: 50 } } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = await ask(server, agent);
    const open = await openMany(server.url);
    await expect.poll(() => open.filter(isOpen).length).toBeLessThan(50);
    expect(open.slice(-40).filter(isOpen)).toHaveLength(40);
    // A connection that has presented its token stays.
    expect(await ask(server, agent)).toEqual({ status: 200, port });
    // New ones find a place, again and again.
    for (let round = 0; round < 5; round += 1) {
      await openMany(server.url, 60);
      await server.call('environments.list');
    }
    agent.destroy();
  });

  it('from one address hold none that another address needs', async () => {
    const server = await startServer({ settings: { httpLimits: { maxConnections: room } } });
    const elsewhere = await connect(server.url, { from: '127.0.0.2' });
    await openMany(server.url, 5 * room);
    await server.call('environments.list');
    expect(isOpen(elsewhere)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n'],
    ['half a head after a request', 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\n'],
  ])('that say %s are let go of after the deadline for a head (slowloris)', async (_, text) => {
    const server = await startServer({ settings: { httpLimits: { headersTimeoutMs: 400 } } });
    const open = await openMany(server.url);
    for (const { socket } of open) socket.write(text);
    // A byte now and then does not help.
    const drip = setInterval(() => {
      for (const { socket } of open) if (text !== '' && socket.writable) socket.write('a');
    }, 100);
    await server.call('environments.list');
    await Promise.all(open.map(({ ended }) => ended));
    clearInterval(drip);
    await server.call('environments.list');
  });

  it('that never end their body are let go of after the deadline for a request', async () => {
    const limits = { headersTimeoutMs: 300, bodyTimeoutMs: 600 };
    const server = await startServer({ settings: { httpLimits: limits } });
    const { socket, text, ended } = await connect(server.url);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\nauthorization: Bearer ${server.owner}\r\n\r\n{`,
    );
    await ended;
    expect(statusOf(text())).toBe(408);
    expect(text()).toContain('"error":"invalid_request"');
  });

  it('hear what was wrong with a request that is none', async () => {
    const server = await startServer();
    const broken = await send(server.url, ['GET']);
    expect([broken.status, broken.text]).toEqual([400, expect.stringContaining('not an HTTP request')]);
    const large = await send(server.url, ['GET / HTTP/1.1', 'host: localhost', `x: ${'x'.repeat(20_000)}`]);
    expect([large.status, large.text]).toEqual([431, expect.stringContaining('headers are too large')]);
  });

  it('do not keep the server from stopping', async () => {
    const server = await startServer();
    const open = await openMany(server.url, 20);
    for (const { socket } of open.slice(0, 10)) socket.write('GET / HTTP/1.1\r\nhost: ');
    await server.call('environments.list');
    await server.application.stop();
    await Promise.all(open.map(({ ended }) => ended));
  });
});

describe('one token', () => {
  const holders: [string, (server: TestServer) => Promise<readonly RawConnection[]>][] = [
    [
      'on connections that it keeps',
      async ({ url, call }) => openAllWith(url, (await call('tokens.create', { name: 'ci', role: 'agent' })).token),
    ],
    [
      'with the tokens of its jobs',
      async (server) => {
        const agent = await server.call('tokens.create', { name: 'ci', role: 'agent' });
        await server.call('environments.create', { name: 'production' });
        const opened: RawConnection[] = [];
        for (let job = 0; job < room; job += 1) {
          const { jobToken } = (await openJob(server, 'production', server.as(agent.token))).opened;
          opened.push(await openWith(server.url, jobToken));
        }
        return opened;
      },
    ],
    [
      'with streams that never end',
      async ({ url, call }) =>
        openAllWith(
          url,
          (await call('tokens.create', { name: 'page', role: 'admin' })).token,
          `/api/v1/orgs/default${eventsPath}`,
        ),
    ],
  ];

  it.each(holders)('that holds all connections, %s, keeps no other out', async (_, fill) => {
    const server = await startServer({ settings: { httpLimits: { maxConnections: room } } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = await ask(server, agent);
    const held = await fill(server);
    for (let round = 0; round < 3; round += 1) {
      const fresh = await openWith(server.url, server.owner);
      expect(statusOf(fresh.text())).toBe(200);
      fresh.socket.destroy();
      // A connection of another token, which holds few, stays.
      expect(await ask(server, agent)).toEqual({ status: 200, port });
    }
    expect(held.filter(isOpen).length).toBeGreaterThan(room / 2);
    agent.destroy();
  });

  it('gives up a connection that nothing is served on before one with an answer under way', async () => {
    const server = await startServer({ settings: { httpLimits: { maxConnections: room } } });
    const { token } = await server.call('tokens.create', { name: 'page', role: 'admin' });
    const served = await openWith(server.url, token, `/api/v1/orgs/default${eventsPath}`);
    const held = await openAllWith(server.url, token);
    expect(held.every(isOpen)).toBe(false);
    expect(isOpen(served)).toBe(true);
  });
});

describe('the number of connections', () => {
  it.each([
    [64, 32],
    [128, 64],
    [256, 128],
    [1_024, 768],
    [20_000, 4_096],
    [1_000_000, 4_096],
  ])(
    'of a process that may open %i files is %i, so that the database, the audit log and backends have theirs',
    (files, most) => {
      expect(httpLimits(files).maxConnections).toBe(most);
    },
  );

  it('follows the limit that this process has', () => {
    expect(httpLimits().maxConnections).toBeGreaterThan(0);
  });
});
