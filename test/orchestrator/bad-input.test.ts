import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/api/registry.ts';
import { startSharedServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
beforeAll(async () => {
  shared = await startSharedServer();
  await shared.server.call('environments.create', { name: 'production' });
});
afterAll(() => shared.stop());

async function send(
  method: string,
  path: string,
  body?: string,
  type = 'application/json',
): Promise<{ status: number; error: string; message: string; hint: string; requestId: string }> {
  const response = await fetch(`${shared.server.url}/api/v1/orgs/default${path}`, {
    method,
    headers: {
      authorization: `Bearer ${shared.server.owner}`,
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body }),
  });
  const answer: unknown = await response.json();
  expect(answer).toEqual({
    error: expect.any(String),
    message: expect.any(String),
    hint: expect.any(String),
    requestId: expect.any(String),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked by the line above
  const error = answer as { error: string; message: string; hint: string; requestId: string };
  return { status: response.status, ...error };
}

describe('bad input (law 12)', () => {
  it.each([
    ['half an object', '{"scope":"s"'],
    ['no JSON', 'scope=s'],
    ['nothing', ''],
    ['a list', '[]'],
    ['a text', '"s"'],
    ['null', 'null'],
    ['a prototype', '{"__proto__":{"scope":"s"},"scope":"s","key":"K","value":"dg=="}'],
    ['a constructor', '{"constructor":{"prototype":{}},"scope":"s","key":"K","value":"dg=="}'],
  ])('in a body that is %s gets 400', async (_, body) => {
    expect(await send('PUT', '/secrets', body)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('of another media type gets 400', async () => {
    expect(await send('PUT', '/secrets', 'a=b', 'application/x-www-form-urlencoded')).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
  });

  it.each([
    [{ scope: 1, key: 'K', value: 'dg==' }, 'scope'],
    [{ scope: 's', key: ['K'], value: 'dg==' }, 'key'],
    [{ scope: 's', key: '', value: 'dg==' }, 'key'],
    [{ scope: 's', key: 'K', value: 'not base64!' }, 'value'],
    [{ scope: 's', key: 'K' }, 'value'],
    [{ scope: 's', key: 'K', value: 'dg==', expectedVersion: 1 }, 'expectedVersion'],
    [{ scope: 's', key: 'K', value: 'dg==', exptectedVersion: '1' }, 'exptectedVersion'],
    [{ scope: 'a/../b', key: 'K', value: 'dg==' }, 'scope'],
  ])('of wrong shape %j gets 400 and names the field', async (input, field) => {
    const answer = await send('PUT', '/secrets', JSON.stringify(input));
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(answer.message).toContain(field);
  });

  it('is never told its value back', async () => {
    const answer = await send(
      'PUT',
      '/secrets',
      JSON.stringify({ scope: 's', key: 'K', value: 'hunter2-is-not-base64!', unknown: 'hunter3' }),
    );
    expect(answer.message).not.toContain('hunter');
  });

  it('in a query gets 400', async () => {
    expect(await send('GET', '/audit?limit=many')).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await send('GET', '/audit?limit=1001')).toMatchObject({ status: 400 });
    expect(await send('GET', '/secrets?scope=s&scope=t')).toMatchObject({ status: 400 });
    expect(await send('GET', '/secrets?scope=s&wat=1')).toMatchObject({ status: 400 });
  });

  it('in a path gets 400 or 404', async () => {
    expect(await send('GET', '/environments/a%2F..%2Fb')).toMatchObject({ status: 400 });
    expect(await send('GET', '/environments/%ZZ')).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await send('GET', '/nowhere')).toMatchObject({ status: 404, error: 'not_found' });
    expect(await send('DELETE', '/audit')).toMatchObject({ status: 404, error: 'not_found' });
  });

  it('that is larger than any request gets 413', async () => {
    expect(
      await send('PUT', '/secrets', JSON.stringify({ scope: 's', key: 'K', value: 'A'.repeat(400_000) })),
    ).toMatchObject({ status: 413, error: 'too_large' });
  });

  it('cannot name a path parameter twice, once in the path and once in the body', async () => {
    const answer = await send('PUT', '/environments/production/variables/A', JSON.stringify({ name: 'B', value: 'v' }));
    expect(answer).toMatchObject({ status: 400, message: 'name: is given in the path' });
  });

  it('has changed nothing', async () => {
    expect((await shared.server.call('secrets.list', { scope: 's' })).secrets).toEqual([]);
    expect(shared.server.log()).not.toContain('request failed');
  });

  it('is refused by every operation that takes any, if it has a field that nobody knows', async () => {
    for (const operation of Object.values(operations)) {
      const path = operation.path.replace(/\{\w+\}/g, 'something');
      const inQuery = operation.method === 'GET' || operation.method === 'DELETE';
      if (operation.permission === 'jobs:session') continue;
      const answer = await send(
        operation.method,
        inQuery ? `${path}?nobodyKnows=1` : path,
        inQuery ? undefined : '{"nobodyKnows":1}',
      );
      expect(`${operation.path} ${answer.status}`).toBe(`${operation.path} 400`);
      expect(answer.message).toContain('nobodyKnows');
    }
  });
});
