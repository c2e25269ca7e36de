import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations, type OperationId } from '../../src/api/registry.ts';
import { ApiError } from '../../src/api/api-error.ts';
import { add, set } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { startSharedServer, type TestServer } from './support/server.ts';

const environment = 'production';
const secret = { scope: 'apps', key: 'TOKEN' };

/** Every operation that only reads. */
const looks: readonly (readonly [OperationId, Record<string, unknown>])[] = [
  ['organizations.list', {}],
  ['environments.list', {}],
  ['environments.show', { environment }],
  ['secrets.list', { scope: 'apps' }],
  ['secrets.versions', secret],
  ['scopes.list', {}],
  ['variables.list', { environment }],
  ['backends.types', {}],
  ['backends.list', {}],
  ['backends.show', { name: 'internal' }],
  ['backends.show', { name: 'corp' }],
  ['resolution.catalogue', { environment }],
  ['resolution.explain', { environment, key: 'TOKEN' }],
  ['resolution.check', { environment }],
  ['resolution.preview', { environment, scope: 'apps', prefix: 'P_' }],
  ['values.get', { environment, key: 'TOKEN' }],
  ['values.getMany', { environment, keys: 'TOKEN' }],
  ['tokens.list', {}],
  ['sessions.list', {}],
  ['policy.show', {}],
  ['resolution.grid', {}],
  ['jobs.list', {}],
  ['secrets.sealingKey', {}],
  ['audit.list', { operation: 'environments.create' }],
  ['audit.verify', {}],
];

const changes: readonly (readonly [string, string])[] = [
  ['when an organization was made', 'update organizations set created_at = 1000'],
  ['an environment', 'update environments set created_at = 1000'],
  ['the place of a binding', "update bindings set scope = 'other'"],
  ['that there is a binding', 'delete from bindings'],
  ['a variable', "update variables set value = 'changed'"],
  ['a lock', 'update variables set locked = 1 - locked'],
  ['a backend', 'update backends set optional = 1 - optional, cache_max_age_ms = 5'],
  ['a token', "update tokens set role = 'owner' where name = 'other'"],
  ['which version of a secret is current', "update internal_secrets set version = 1 where key = 'TOKEN'"],
  ['that a secret is deleted', 'update internal_secrets set deleted = 1 - deleted'],
  ['that a deleted secret can be restored', "update internal_secrets set version = 1 where key = 'GONE'"],
];
const tables = [
  'organizations',
  'environments',
  'bindings',
  'variables',
  'backends',
  'tokens',
  'internal_secrets',
] as const;

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let before: ReadonlyMap<string, string>;

beforeAll(async () => {
  shared = await startSharedServer({ keepDeletedMs: 0 });
  ({ server } = shared);
  await add(server, 'corp', newService().address);
  for (const value of ['one', 'two']) await set(server, 'apps', 'TOKEN', value);
  await set(server, 'apps', 'GONE');
  await server.call('secrets.delete', { scope: 'apps', key: 'GONE' });
  await server.call('environments.create', { name: environment, bind: ['apps'] });
  await server.call('variables.set', { environment, name: 'REGION', value: 'eu' });
  await server.call('tokens.create', { name: 'other', role: 'author' });
  await server.call('policy.set', { plainReads: 'on' });
  before = await answers();
});
afterAll(() => shared.stop());

async function answers(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [id, input] of looks) found.set(`${id} ${JSON.stringify(input)}`, await answer(id, input));
  return found;
}

/** What was found is compared, but not its age or duration. */
async function answer(id: OperationId, input: Record<string, unknown>): Promise<string> {
  try {
    return JSON.stringify(await server.call(id, input), (name, value: unknown) =>
      ['ageMs', 'health', 'rows'].includes(name) ? undefined : value,
    );
  } catch (error) {
    if (!ApiError.is(error)) throw error;
    return error.code === 'tampered' || error.failure?.code === 'corrupt' ? 'refused' : error.code;
  }
}

/** Reported as corrupt in place, so that it does not hide others. */
const marked = /"(?:code|problem)":"corrupt"/;

describe('no answer tells what somebody has written into the database:', () => {
  it.each(changes)('%s', async (_, sql) => {
    const saved = tables.map((name) => `create table kept_${name} as select * from ${name};`).join('');
    server.tamper(`${saved} ${sql}; update organizations set generation = generation + 100`);
    const after = await answers();
    server.tamper(
      tables.map((t) => `delete from ${t}; insert into ${t} select * from kept_${t}; drop table kept_${t};`).join(''),
    );
    server.tamper('update organizations set generation = generation + 200');
    const told = [...after].filter(
      ([call, text]) => text !== 'refused' && text !== before.get(call) && !marked.test(text),
    );
    expect(told).toEqual([]);
    // Some answer depends on the row, or this would prove nothing.
    expect([...after].some(([call, text]) => text !== before.get(call))).toBe(true);
  });

  it('and every operation that only looks is among those that were tried', () => {
    const reading = Object.entries(operations).filter(([, { method }]) => method === 'GET');
    const tried = new Set<string>(looks.map(([id]) => id));
    expect(reading.map(([id]) => id).filter((id) => !tried.has(id))).toEqual([]);
  });
});
