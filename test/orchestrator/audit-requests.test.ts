import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { add } from './support/jobs.ts';
import { serviceAt } from './support/memory-package.ts';
import { connect } from './support/raw-http.ts';
import { base64, startSharedServer } from './support/server.ts';

const shared = await startSharedServer();
const { server } = shared;
afterAll(() => shared.stop());

const address = 'https://left.test';
let sent = 0;

function nextId(): string {
  sent += 1;
  return `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`;
}

/** @returns the id that it was sent with */
async function ask(method: string, path: string, body?: object): Promise<string> {
  const id = nextId();
  await fetch(`${server.url}/api/v1/orgs/default${path}`, {
    method,
    headers: { authorization: `Bearer ${server.owner}`, 'content-type': 'application/json', 'x-request-id': id },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return id;
}

const of = async (request: string) =>
  (await server.call('audit.list', { request, order: 'oldest' })).rows.map(
    ({ operation, phase, result, requestId }) => [operation, phase, result, requestId],
  );

/** Writes a secret for a client that is gone, and the server has seen it, before the backend has answered. */
async function setAndLeave(): Promise<string> {
  const service = serviceAt(address);
  const request = service.request.bind(service);
  const [asked, isGone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  service.request = async (signal, answer) => {
    asked.resolve();
    await isGone.promise;
    return request(signal, answer);
  };
  const id = nextId();
  const { socket, closed } = await connectAndWatch();
  const body = JSON.stringify({ value: base64('v') });
  const head = [
    'PUT /api/v1/orgs/default/secrets?scope=left:s&key=K HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${server.owner}`,
    'content-type: application/json',
    `x-request-id: ${id}`,
    `content-length: ${body.length}`,
  ];
  socket.write([...head, '', body].join('\r\n'));
  await asked.promise;
  socket.destroy();
  await closed;
  isGone.resolve();
  service.request = request;
  return id;
}

/** @returns a connection, with a promise of its end on the server's side */
async function connectAndWatch() {
  const accepted = Promise.withResolvers<Socket>();
  const accept = (message: unknown): void => {
    if (hasSocket(message)) accepted.resolve(message.socket);
  };
  subscribe('net.server.socket', accept);
  const { socket } = await connect(server.url);
  const closed = once(await accepted.promise, 'close');
  unsubscribe('net.server.socket', accept);
  return { socket, closed };
}

function hasSocket(message: unknown): message is { readonly socket: Socket } {
  return typeof message === 'object' && message !== null && 'socket' in message && message.socket instanceof Socket;
}

describe('rows of the audit log name the request', () => {
  it('that changed something, and each is found by it alone', async () => {
    const id = await ask('POST', '/environments', { name: 'one' });
    const failed = await ask('POST', '/environments', { name: 'one' });
    expect(await of(id)).toEqual([
      ['environments.create', 'intent', undefined, id],
      ['environments.create', 'outcome', 'done', id],
    ]);
    expect(await of(failed)).toEqual([
      ['environments.create', 'intent', undefined, failed],
      ['environments.create', 'outcome', 'conflict', failed],
    ]);
    // The server's log says more of it.
    expect(server.log()).toContain(`"requestId":"${failed}"`);
  });

  it('whose client leaves before its answer', async () => {
    await add(server, 'left', address);
    const id = await setAndLeave();
    await expect
      .poll(() => of(id))
      .toEqual([
        ['secrets.set', 'intent', undefined, id],
        ['secrets.set', 'outcome', 'done', id],
      ]);
  });

  it('however the id is written, and none by a part of it, or by a name that is the same', async () => {
    const id = await ask('POST', '/environments', { name: 'two' });
    expect(await of(id.toUpperCase())).toHaveLength(2);
    expect(await of(id.slice(0, 20))).toEqual([]);
    await server.call('secrets.set', { scope: 'requests', key: 'K', value: base64('v') });
    const named = await ask('POST', '/environments', { name: id });
    expect((await of(id)).filter(([, , , one]) => one !== id)).toEqual([]);
    expect(await of(named)).toHaveLength(2);
  });

  it('beside what it is about, in a log that verifies', async () => {
    const id = await ask('POST', '/environments', { name: 'three' });
    const [intent] = (await server.call('audit.list', { request: id, order: 'oldest' })).rows;
    expect(intent?.subject).toEqual({ name: 'three', bind: [] });
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, openIntents: [] });
    server.tamper(`update audit_rows set subject = replace(subject, '${id}', '${id.replace(/\d$/, '9')}')`);
    const { problems } = await server.call('audit.verify');
    expect(problems.map(({ sequence }) => sequence)).toContain(intent?.sequence);
  });

  it('unless no request has made them', async () => {
    server.tamper(
      `insert into audit_rows (organization, sequence, at, phase, operation, actor, subject, mac) values ('default', 900, 0, 'read', 'jobs.read', 'job:x', '{"requestId":7}', '')`,
    );
    const [row] = (await server.call('audit.list', { after: 899, limit: 1, order: 'oldest' })).rows;
    expect(row).not.toHaveProperty('requestId');
  });
});
