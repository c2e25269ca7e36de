import { expect, it } from 'vitest';
import { createClient } from '../../src/api/client.ts';
import { openSession } from '../../src/agent/session/open-session.ts';
import { persist } from '../../src/agent/session/persist.ts';
import { ApiError } from '../../src/api/api-error.ts';
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
const unreachable = (reason: 'connection_reset' | 'connection_refused' | 'name_not_resolved') =>
  new ApiError('unreachable', 'cannot reach it', undefined, { code: 'unreachable', reason });

it.each([
  ['a connection that broke', unreachable('connection_reset'), false],
  ['an address that has answered before and refuses now', unreachable('connection_refused'), true],
  ['a database that is away', new ApiError('database_unavailable', 'away'), false],
  ['an audit log that cannot be written', new ApiError('audit_unavailable', 'full'), true],
])('a request is sent again after %s', async (_, error, known) => {
  const { request } = failing(error, error);
  expect(await persist(known, request)).toBe(3);
});

it.each([
  ['an address that has never answered and refuses', unreachable('connection_refused'), false],
  ['a name that is none', unreachable('name_not_resolved'), true],
  ['a session that is over', new ApiError('session_ended', 'over'), true],
  ['a cancelled run', new ApiError('unreachable', 'aborted'), true],
])('a request is sent once to %s', async (_, error, known) => {
  const { request, count } = failing(error);
  await expect(persist(known, request)).rejects.toBe(error);
  expect(count()).toBe(1);
});

it('a job reads on once the orchestrator that was cut off is back', async () => {
  const server = await withProduction();
  const link = await createLink(server.url);
  const client = createClient({ url: link.address, token: server.owner, organization: 'default' });
  const session = await openSession(client, { environment: 'production', workflow: 'w', job: 'j' });
  await link.cut();
  const reading = session.read(new Set(['TOKEN']));
  await link.mend();
  const read = (await reading).get('TOKEN');
  expect(read?.status === 'value' ? read.value.text() : read?.status).toBe('hunter2');
  await session.close();
  await link.cut();
});
