import { describe, expect, it } from 'vitest';
import { createSessionKeyPair } from '../../src/api/job-seal.ts';
import { base64, startServer, type TestServer } from './support/server.ts';

async function withRows(): Promise<TestServer> {
  const server = await startServer();
  for (const name of ['production', 'staging'])
    await server.call('environments.create', { name, bind: name === 'production' ? ['shared'] : [] });
  for (const key of ['TOKEN', 'TOKEN_2'])
    await server.call('secrets.set', { scope: 'shared', key, value: base64('v') });
  await server.call('variables.set', { environment: 'staging', name: 'TOKEN', value: 'plain' });
  const { token } = await server.call('tokens.create', { name: 'deployer', role: 'author' });
  const opened = await server.as(token)('jobs.open', {
    environment: 'production',
    workflow: 'w',
    job: 'j',
    agentPublicKey: Buffer.from(createSessionKeyPair().publicKey).toString('base64'),
  });
  await server.as(opened.jobToken)('jobs.read', { jobId: opened.jobId, keys: ['TOKEN'] });
  return server;
}

describe('the audit log is filtered', () => {
  it('by key, environment, actor and operation, and fills its limit past what does not pass', async () => {
    const server = await withRows();
    /** Newest first; an intent and its outcome count once. */
    const found = async (filter: Record<string, unknown>): Promise<string[]> => {
      const { rows } = await server.call('audit.list', filter);
      return rows.filter(({ phase }) => phase !== 'intent').map(({ operation }) => operation);
    };
    expect(await found({ key: 'TOKEN' })).toEqual(['jobs.read', 'variables.set', 'secrets.set']);
    expect(await found({ key: 'TOKEN_2' })).toEqual(['secrets.set']);
    expect(await found({ key: 'TOK' })).toEqual([]);
    expect(await found({ environment: 'production' })).toEqual(['jobs.read', 'jobs.open', 'environments.create']);
    expect(await found({ environment: 'staging' })).toEqual(['variables.set', 'environments.create']);
    expect(await found({ actor: ':deployer' })).toEqual(['jobs.open']);
    expect(await found({ operation: 'tokens.create' })).toEqual(['tokens.create']);
    expect(await found({ operation: 'tokens.create', key: 'TOKEN' })).toEqual([]);
    expect(await found({ key: 'TOKEN', limit: 1 })).toEqual(['jobs.read']);
    expect((await server.call('audit.list', { key: 'TOKEN_2', limit: 1 })).rows).toHaveLength(1);
  });

  it('by an operation that there is, in this release or an earlier one', async () => {
    const server = await withRows();
    await expect(server.call('audit.list', { operation: 'secret.set' })).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'there is no operation "secret.set"',
      hint: expect.stringContaining('did you mean secrets.set'),
    });
    for (const operation of ['audit.break', 'sessions.open', 'sessions.end'])
      expect(await server.call('audit.list', { operation })).toEqual({ rows: [] });
    server.tamper("update audit_rows set operation = 'secrets.former' where operation = 'variables.set'");
    const { rows } = await server.call('audit.list', { operation: 'secrets.former' });
    expect(rows).toHaveLength(2);
    const before = rows.at(-1)?.sequence;
    expect(await server.call('audit.list', { operation: 'secrets.former', before })).toEqual({ rows: [] });
  });

  it('by time', async () => {
    const { call } = await withRows();
    const { rows } = await call('audit.list', { limit: 1000 });
    const middle = rows[Math.floor(rows.length / 2)]?.at ?? '';
    const since = (await call('audit.list', { since: middle, limit: 1000 })).rows;
    const until = (await call('audit.list', { until: middle, limit: 1000 })).rows;
    expect(since.every(({ at }) => at >= middle) && until.every(({ at }) => at < middle)).toBe(true);
    expect([...since, ...until]).toEqual(rows);
  });

  it('by scope, outcome and job, each as it was asked for', async () => {
    const server = await withRows();
    const found = async (filter: Record<string, unknown>): Promise<string[]> =>
      (await server.call('audit.list', filter)).rows
        .filter(({ phase }) => phase !== 'intent')
        .map(({ operation }) => operation);
    expect(await found({ scope: 'shared' })).toEqual([
      'jobs.read',
      'secrets.set',
      'secrets.set',
      'environments.create',
    ]);
    expect(await found({ scope: 'internal:shared', key: 'TOKEN_2' })).toEqual(['secrets.set']);
    await server.call('environments.create', { name: 'staging' }).catch(() => undefined);
    expect(await found({ outcome: 'conflict' })).toEqual(['environments.create']);
    expect(await found({ outcome: 'done', environment: 'production' })).toContain('jobs.read');
    const [opened] = (await server.call('audit.list', { operation: 'jobs.open', limit: 1 })).rows;
    expect(await found({ job: opened?.subject['jobId'] })).toEqual(['jobs.read', 'jobs.open']);
    // Nothing is a pattern.
    for (const field of ['actor', 'scope', 'key', 'outcome', 'job', 'operation'])
      for (const pattern of ['%', '_%', '*', "' or 1=1 --"]) {
        const rows = found({ [field]: pattern });
        if (field === 'operation') await expect(rows).rejects.toThrow('there is no operation');
        else expect(await rows).toEqual([]);
      }
  });

  it('and others are answered while it is searched', async () => {
    const { call, tamper } = await withRows();
    // Of another scope, so that every one has to be looked into.
    tamper(
      `insert into audit_rows (organization, sequence, at, phase, operation, actor, subject, mac)
        with recursive numbers (n) as (select 1000 union all select n + 1 from numbers where n < 21000)
        select 'default', n, 0, 'read', 'jobs.read', 'job:x', '{"scope":"nowhere/else"}', '' from numbers`,
    );
    const ended = new Array<string>();
    const search = call('audit.list', { scope: 'nowhere' }).then(({ rows }) => ended.push(`search: ${rows.length}`));
    await call('environments.list').then(() => ended.push('environments'));
    await search;
    expect(ended).toEqual(['environments', 'search: 0']);
  });

  it('and read from either end, up to a row', async () => {
    const { call } = await withRows();
    const newest = (await call('audit.list', { limit: 1000 })).rows;
    const oldest = (await call('audit.list', { order: 'oldest', limit: 1000 })).rows;
    expect(oldest).toEqual(newest.toReversed());
    const some = (await call('audit.list', { order: 'oldest', after: 2, before: 6, limit: 2 })).rows;
    expect(some.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });
});
