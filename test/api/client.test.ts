import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { lastLine, progressLine, type Progress } from '../../src/api/answer-lines.ts';
import { createClient, type ApiClient } from '../../src/api/client.ts';
import { operations } from '../../src/api/registry.ts';
import { errorOf } from '../orchestrator/support/server.ts';
import { portOf } from '../support/free-port.ts';
import { createFront, type Answer } from '../support/front.ts';

/** Gives these answers one after another, and the last one to all that follow. */
async function behind(...answers: readonly [Answer, ...Answer[]]): Promise<{ client: ApiClient; sent: () => number }> {
  let sent = 0;
  const url = await createFront('', () => answers[sent++] ?? answers[0]);
  return { client: createClient({ url, token: 't', organization: 'default' }), sent: () => sent };
}

const html: Answer = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' };
const empty: Answer = { status: 504, body: '' };
/** Also what Fastify says of requests to a server that is ending. */
const others: Answer = {
  status: 503,
  body: '{"error":"Service Unavailable","message":"Service Unavailable","statusCode":503}',
};
const organizations: Answer = { status: 200, body: '{"organizations":[]}' };
const list = (client: ApiClient) => client.call(operations['organizations.list'], {});
const create = (client: ApiClient) => client.call(operations['organizations.create'], { name: 'shop' });

it('a proxy that has no orchestrator behind it is asked again, for what changes nothing', async () => {
  const { client, sent } = await behind(html, empty, others, organizations);
  expect(await list(client)).toEqual({ organizations: [] });
  expect(sent()).toBe(4);
});

it.each([html, empty, others])('a change that a proxy answered is not sent again: %j', async (answer) => {
  const { client, sent } = await behind(answer);
  const error = await errorOf(create(client));
  expect(error).toMatchObject({
    code: 'unreachable',
    failure: { code: 'unreachable', reason: 'gateway_failed' },
    hint: expect.stringContaining('proxy'),
    requestId: expect.any(String),
    message: expect.stringMatching(/^a proxy in front of the orchestrator at http:.* answered with status 50[234];/),
  });
  expect(sent()).toBe(1);
});

it('a proxy that answered a read leaves no doubt of what was changed', async () => {
  const { client } = await behind({ ...html, headers: { 'retry-after': '3600' } });
  const error = await errorOf(list(client));
  expect(error.message).toMatch(/answered with status 502$/);
  expect((await errorOf(create(client))).message).toMatch(
    /status 502; a change that was asked for may have been made$/,
  );
});

it.each([
  ['3600', 3_600_000],
  ['0', 0],
  [new Date(0).toUTCString(), 0],
  ['soon', undefined],
  [undefined, undefined],
])('the time that it asks for is told: %j', async (header, ms) => {
  const { client } = await behind({ ...html, headers: { ...(header !== undefined && { 'retry-after': header }) } });
  expect(await errorOf(create(client))).toMatchObject({ retryAfterMs: ms });
});

it.each([
  ['a proxy that asks for an hour', { ...html, headers: { 'retry-after': '3600' } }, 'unreachable'],
  ['a page that is none of a proxy', { ...html, status: 500 }, 'bad_answer'],
  ['a proxy that limits requests', { ...html, status: 429 }, 'too_many_requests'],
  ['a sign-in page', { ...html, status: 302 }, 'bad_answer'],
  [
    'an orchestrator itself',
    { status: 503, body: '{"error":"database_unavailable","message":"away","hint":"wait"}' },
    'database_unavailable',
  ],
])('%s is asked once', async (_, answer, code) => {
  const { client, sent } = await behind(answer);
  expect(await errorOf(list(client))).toMatchObject({ code });
  expect(sent()).toBe(1);
});

const half = progressLine({ done: 1, of: 2 });
type Tell = (progress: Progress) => void;
type Ask = (client: ApiClient, tell?: Tell) => Promise<unknown>;
const verify: Ask = (client, tell) => client.call(operations['audit.verify'], {}, undefined, tell);
const cut: Ask = (client, tell) =>
  client.call(operations['audit.cut'], { before: '2026-01-01T00:00:00Z' }, undefined, tell);
const acknowledge: Ask = (client, tell) =>
  client.call(operations['audit.acknowledge'], { reason: 'restored' }, undefined, tell);

it.each([
  ['verifying', verify, { intact: true, rows: 2, openIntents: [], problems: [] }],
  ['cutting', cut, { through: 1, rows: 1, row: 2 }],
  ['acknowledging', acknowledge, { problems: [] }],
])('it hears how far %s is, whatever a proxy adds to the type', async (_, ask, output) => {
  const headers = { 'content-type': 'Application/X-NDJSON; charset=utf-8' };
  const { client } = await behind({ status: 200, headers, body: half + lastLine(200, output) });
  const heard: Progress[] = [];
  expect(await ask(client, (progress) => void heard.push(progress))).toEqual(output);
  expect(heard).toEqual([{ done: 1, of: 2 }]);
});

it.each([
  ['lines', 'application/x-ndjson', half],
  ['lines with rubbish', 'application/x-ndjson', `${half}<html>\n`],
  ['a plain answer', 'application/json', '{"intact":'],
])('an orchestrator that breaks off in %s was reached', async (_, type, body) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': type });
    response.write(body, () => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const client = createClient({ url: `http://127.0.0.1:${portOf(server)}`, token: 't', organization: 'default' });
  const error = await errorOf(verify(client, () => undefined));
  expect(error).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(
      /^http:.* broke off in the middle of its answer; what was asked for may have been done$/,
    ),
    hint: expect.stringContaining('log'),
  });
});
