import { afterAll, describe, expect, it } from 'vitest';
import { ofRequest, type AuditEntry } from '../../src/orchestrator/audit/entry.ts';
import { audited } from '../../src/orchestrator/http/audited.ts';
import { inRequest } from '../../src/orchestrator/request-scope.ts';
import { base64, startSharedServer } from './support/server.ts';

const shared = await startSharedServer();
const { server } = shared;
afterAll(() => shared.stop());

let sent = 0;

/** @returns the id that it was sent with */
async function ask(method: string, path: string, body?: object): Promise<string> {
  sent += 1;
  const id = `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`;
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

  it('also in the outcome of a change whose client has left meanwhile', async () => {
    const entries: AuditEntry[] = [];
    const log = { append: async (entry: AuditEntry) => entries.push(ofRequest(entry)) };
    const scope = { id: '00000000-0000-4000-8000-999999999999', isOver: false };
    const operation = { organization: 'default', operation: 'secrets.set', actor: 'a', subject: { key: 'K' } };
    await inRequest(scope, () =>
      audited(log, 'write', operation, {}, async () => {
        scope.isOver = true;
      }),
    );
    expect(entries.map(({ phase, subject }) => [phase, subject])).toEqual([
      ['intent', { key: 'K', requestId: scope.id }],
      ['outcome', { key: 'K', requestId: scope.id }],
    ]);
  });

  it('unless no request has made them', async () => {
    server.tamper(
      `insert into audit_rows (organization, sequence, at, phase, operation, actor, subject, mac) values ('default', 900, 0, 'read', 'jobs.read', 'job:x', '{"requestId":7}', '')`,
    );
    const [row] = (await server.call('audit.list', { after: 899, limit: 1, order: 'oldest' })).rows;
    expect(row).not.toHaveProperty('requestId');
  });
});
