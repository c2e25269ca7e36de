import { request } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { operations } from '../../src/api/registry.ts';
import { add } from '../orchestrator/support/jobs.ts';
import { newService } from '../orchestrator/support/places.ts';
import { errorOf, startSharedServer } from '../orchestrator/support/server.ts';

const shared = await startSharedServer();
const { server } = shared;
afterAll(() => shared.stop());

const mine = '0b1d7f6e-5a83-4c1f-9f59-0a1b2c3d4e5f';
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

async function ask(id: string, path = '/api/v1/orgs/default/environments'): Promise<{ header: string; body: string }> {
  const answer = await fetch(`${server.url}${path}`, { headers: { 'x-request-id': id } });
  return { header: answer.headers.get('x-request-id') ?? '', body: await answer.text() };
}

interface LogLine {
  readonly requestId?: string;
  readonly msg: string;
}

function logged(id: string): readonly string[] {
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line !== '')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own log
    .map((line) => JSON.parse(line) as LogLine);
  return lines.filter(({ requestId }) => requestId === id).map(({ msg }) => msg);
}

describe("a client's request id", () => {
  it('is in the answer, the error and the log', async () => {
    const { header, body } = await ask(mine);
    expect(header).toBe(mine);
    expect(JSON.parse(body)).toMatchObject({ error: 'unauthenticated', requestId: mine });
    expect(logged(mine)).toContain('request');
  });

  it.each([
    ['without hyphens, as nginx makes it', mine.replaceAll('-', ''), mine.replaceAll('-', '')],
    ['in capitals', mine.toUpperCase(), mine],
  ])('is taken %s', async (_, sent, expected) => {
    expect((await ask(sent)).header).toBe(expected);
  });

  it.each([
    ['is 10 kB long', 'a'.repeat(10_000)],
    ['holds JSON', `${mine}","level":60,"msg":"forged`],
    ['is another word', 'hunter2'],
    ['is a token', 'kici_0123456789abcdefghijklmnopqrstuvwxyz'],
    ['is two ids', `${mine}, ${mine}`],
    ['is empty', ''],
  ])('that %s is replaced, and shows nowhere', async (_, sent) => {
    const { header, body } = await ask(sent);
    expect(header).toMatch(uuid);
    expect(header).not.toBe(mine);
    if (sent !== '') for (const text of [header, body, server.log()]) expect(text).not.toContain(sent);
  });

  it('with a line break, or twice, cannot add a header or a log line', async () => {
    const raw = (headers: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        const sent = request(`${server.url}/health/live`, { headers }, (answer) => {
          answer.resume();
          resolve(String(answer.headers['x-request-id']));
        });
        sent.once('error', reject).end();
      });
    expect(() => request(server.url, { headers: { 'x-request-id': `${mine}\r\nx-forged: 1` } })).toThrow(/Invalid/);
    expect(await raw(['host', new URL(server.url).host, 'x-request-id', mine, 'x-request-id', 'forged'])).toMatch(uuid);
  });
});

describe('our own client', () => {
  it('makes an id for each call, and errors have it', async () => {
    const failures = [
      await errorOf(server.as('wrong')('environments.list')),
      await errorOf(server.as('wrong')('environments.list')),
    ];
    const ids = failures.map(({ requestId }) => requestId);
    for (const id of ids) {
      expect(id).toMatch(uuid);
      expect(logged(id ?? '')).toContain('request');
    }
    expect(new Set(ids).size).toBe(2);
  });

  it('names the id of a request that no server has answered', async () => {
    const client = createClient({ url: 'http://127.0.0.1:9', token: undefined, organization: 'default' });
    const error = await errorOf(client.call(operations['environments.list'], {}));
    expect(error).toMatchObject({ code: 'unreachable', requestId: expect.stringMatching(uuid) });
  });
});

describe('what is done for a request', () => {
  it('names it in each line of the log, also in what a backend says, and in what waits for a body', async () => {
    const { address } = newService({ 'x A': '1' });
    await add(server, 'named', address);
    await server.call('environments.create', { name: 'named', bind: ['named:x'] });
    const { method, path } = operations['backends.update'];
    const answer = await fetch(`${server.url}/api/v1/orgs/default${path.replace('{name}', 'named')}`, {
      method,
      headers: {
        authorization: `Bearer ${server.owner}`,
        'content-type': 'application/json',
        'x-request-id': '11111111-2222-4333-8444-555555555555',
      },
      body: JSON.stringify({ optional: true }),
    });
    expect(answer.status).toBe(200);
    // The changed backend is opened again.
    expect(logged('11111111-2222-4333-8444-555555555555')).toEqual(['creating', 'request']);
  });
});
