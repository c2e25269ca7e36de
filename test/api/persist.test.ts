import type { FailureReason } from '@kici-dev/secret-backend';
import { expect, it } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { openSession } from '../../src/agent/session/open-session.ts';
import { passing, persist } from '../../src/api/persist.ts';
import { ApiError } from '../../src/api/api-error.ts';
import { createFront } from '../support/front.ts';
import { createLink } from '../support/link.ts';
import { withProduction } from '../orchestrator/support/jobs.ts';

const failing = (...errors: readonly ApiError[]) => {
  const left = [...errors];
  let requests = 0;
  const request = async (): Promise<number> => {
    requests += 1;
    const error = left.shift();
    if (error !== undefined) throw error;
    return requests;
  };
  return { request, count: () => requests };
};
const unreachable = (reason: FailureReason, retryAfterMs?: number) =>
  new ApiError('unreachable', 'cannot reach it', undefined, { failure: { code: 'unreachable', reason }, retryAfterMs });
const { reading, opening, known } = passing;

it.each([
  ['a connection that broke', unreachable('connection_reset'), opening],
  ['a proxy that could not pass it on', unreachable('gateway_failed'), opening],
  ['a proxy that could not pass on what a person reads', unreachable('gateway_failed'), reading],
  ['an address that has answered before and refuses now', unreachable('connection_refused'), known],
  ['a database that is away', new ApiError('database_unavailable', 'away'), opening],
  ['an audit log that cannot be written', new ApiError('audit_unavailable', 'full'), opening],
  ['a pause that somebody asked for', unreachable('gateway_failed', 1), known],
])('a request is sent again after %s', async (_, error, after) => {
  const { request } = failing(error, error);
  expect(await persist(after, undefined, request)).toBe(3);
});

it.each([
  ['an address that has never answered and refuses', unreachable('connection_refused'), opening],
  ['a name that is none', unreachable('name_not_resolved'), known],
  ['a session that is over', new ApiError('session_ended', 'over'), known],
  ['a cancelled run', new ApiError('unreachable', 'aborted'), known],
  ['a database that is away, where a person waits', new ApiError('database_unavailable', 'away'), reading],
  ['a proxy that wants to be left alone for longer than we wait', unreachable('gateway_failed', 10_000), known],
])('a request is sent once to %s', async (_, error, after) => {
  const { request, count } = failing(error);
  await expect(persist(after, undefined, request)).rejects.toBe(error);
  expect(count()).toBe(1);
});

it('a pause ends when the run is cancelled', async () => {
  const error = unreachable('gateway_failed', 9_000);
  const { request, count } = failing(error);
  const cancel = new AbortController();
  const sent = persist(known, cancel.signal, request);
  cancel.abort();
  await expect(sent).rejects.toBe(error);
  expect(count()).toBe(1);
});

it('a job reads on once the orchestrator that was cut off is back', async () => {
  const server = await withProduction();
  const link = await createLink(server.url);
  const client = createClient({ url: link.address, token: server.owner, organization: 'default' });
  const session = await openSession(client, { environment: 'production', workflow: 'w', job: 'j' });
  await link.cut();
  const sent = session.read(new Set(['TOKEN']));
  await link.mend();
  const read = (await sent).get('TOKEN');
  expect(read?.status === 'value' ? read.value.text() : read?.status).toBe('hunter2');
  await session.close();
  await link.cut();
});

it('a job opens and reads through a proxy that has lost its orchestrators for a moment', async () => {
  const server = await withProduction();
  const seen = new Array<string>();
  const url = await createFront(server.url, async ({ path }, pass) => {
    const isFirst = !seen.includes(path);
    seen.push(path);
    return isFirst ? { status: 503, body: '<html>No server is available to handle this request.</html>' } : pass();
  });
  const client = createClient({ url, token: server.owner, organization: 'default' });
  const session = await openSession(client, { environment: 'production', workflow: 'w', job: 'j' });
  const read = (await session.read(new Set(['TOKEN']))).get('TOKEN');
  expect(read?.status === 'value' ? read.value.text() : read?.status).toBe('hunter2');
  expect(seen).toHaveLength(4);
});
