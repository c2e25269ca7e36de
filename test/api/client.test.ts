import { expect, it } from 'vitest';
import { createClient, type ApiClient } from '../../src/api/client.ts';
import { operations } from '../../src/api/registry.ts';
import { errorOf } from '../orchestrator/support/server.ts';
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
