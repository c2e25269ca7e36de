import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FaultSwitch } from './faulty-dialect.ts';
import { context, createTestStore, pagesOf, scope } from './support.ts';

const shop = scope('apps/shop');

async function create(faults?: FaultSwitch) {
  const created = await createTestStore(faults);
  onTestFinished(created.dispose);
  return created;
}

describe('reads', () => {
  it('of 500 refs over 40 scopes, mixed with pins and strangers, give each its own answer in three queries and their pins', async () => {
    const statements = new FaultSwitch();
    const { backend } = await create(statements);
    const refs = Array.from({ length: 500 }, (_, index) => ({ scope: scope(`apps/s${index % 40}`), key: `K${index}` }));
    for (const [index, ref] of refs.entries())
      if (index % 5 !== 0) await backend.write?.({ ...ref, value: SecretValue.fromText(`value ${index}`) }, context());
    const before = statements.statements;
    const outcomes = await backend.read(
      refs.map((ref, index) => (index % 7 === 0 ? { ...ref, version: '1' } : ref)),
      context(),
    );
    expect(outcomes.map((outcome) => (outcome.status === 'found' ? outcome.value.text() : outcome.status))).toEqual(
      refs.map((_, index) => (index % 5 === 0 ? 'absent' : `value ${index}`)),
    );
    expect(statements.statements - before).toBe(6);
  });

  it('name no secret that was not asked for: a key of one scope is not looked up in another', async () => {
    const { backend } = await create();
    for (const [where, key] of [
      ['a', 'X'],
      ['b', 'Y'],
      ['a', 'Y'],
      ['b', 'X'],
    ] as const)
      await backend.write?.({ scope: scope(where), key, value: SecretValue.fromText(`${where} ${key}`) }, context());
    const outcomes = await backend.read(
      [
        { scope: scope('a'), key: 'X' },
        { scope: scope('b'), key: 'Y' },
      ],
      context(),
    );
    expect(outcomes.map((outcome) => outcome.status === 'found' && outcome.value.text())).toEqual(['a X', 'b Y']);
  });

  it('tell a value that the database has lost from one that there never was', async () => {
    const { backend, database } = await create();
    await backend.write?.({ scope: shop, key: 'LOST', value: SecretValue.fromText('value') }, context());
    await backend.declare?.({ scope: shop, key: 'DECLARED' }, context());
    await database.deleteFrom('internal_versions').execute();
    const outcomes = await backend.read(
      ['LOST', 'DECLARED', 'NEVER'].map((key) => ({ scope: shop, key })),
      context(),
    );
    expect(outcomes).toEqual([
      { status: 'unknown', code: 'corrupt', detail: expect.any(String) },
      { status: 'absent' },
      { status: 'absent' },
    ]);
  });

  it('do not reach into another organization', async () => {
    const store = await create();
    await store.backend.write?.({ scope: shop, key: 'TOKEN', value: SecretValue.fromText('ours') }, context());
    const acme = await store.backendOf('acme');
    expect(
      await acme.read(
        [
          { scope: shop, key: 'TOKEN' },
          { scope: shop, key: 'TOKEN', version: '1' },
        ],
        context(),
      ),
    ).toEqual([{ status: 'absent' }, { status: 'absent' }]);
    expect(await acme.delete?.({ scope: shop, key: 'TOKEN' }, context())).toEqual({ existed: false });
    expect(await acme.scopes?.list(context())).toEqual([]);
  });
});

describe('writes', () => {
  it.each([65_536, 65_537])('of %i bytes', async (bytes) => {
    const { backend } = await create();
    const written = backend.write?.(
      { scope: shop, key: 'TOKEN', value: SecretValue.fromBytes(new Uint8Array(bytes)) },
      context(),
    );
    if (bytes <= 65_536) await expect(written).resolves.toMatchObject({ version: '1' });
    else await expect(written).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining('65536') });
  });

  it.each(['', '1ST', 'a b', 'a\0b', '\ud800', 'K'.repeat(256)])(
    'refuse the key %j, and so do declarations',
    async (key) => {
      const { backend } = await create();
      await expect(
        backend.write?.({ scope: shop, key, value: SecretValue.fromText('value') }, context()),
      ).rejects.toMatchObject({ code: 'invalid_argument' });
      await expect(backend.declare?.({ scope: shop, key }, context())).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    },
  );
});

describe('lists', () => {
  it('name every secret though its scope is renamed meanwhile, however many there are', async () => {
    const { backend, database } = await create();
    const rows = Array.from({ length: 1_500 }, (_, index) => ({
      organization: 'default',
      scope: 'middle',
      key: `KEY_${index}`,
      version: 1,
      last_version: 1,
      deleted: 0,
      updated_at: 0,
    }));
    for (let start = 0; start < rows.length; start += 100)
      await database
        .insertInto('internal_secrets')
        .values(rows.slice(start, start + 100))
        .execute();
    await backend.write?.({ scope: scope('zone'), key: 'MOVED', value: SecretValue.fromText('value') }, context());
    const keys = new Array<string>();
    for await (const { secrets } of backend.list({ depth: 'tree' }, context())) {
      if (keys.length === 0) await backend.scopes?.rename(scope('zone'), scope('above'), context());
      keys.push(...secrets.map(({ key }) => key));
    }
    expect(keys).toContain('MOVED');
    expect(keys).toHaveLength(1_501);
  });

  it('report a stored scope that is not a scope path, and go on', async () => {
    const { backend, database } = await create();
    await backend.write?.({ scope: shop, key: 'TOKEN', value: SecretValue.fromText('value') }, context());
    await database
      .insertInto('internal_secrets')
      .values({
        organization: 'default',
        scope: 'a//b',
        key: 'ODD',
        version: 1,
        last_version: 1,
        deleted: 0,
        updated_at: 0,
      })
      .execute();
    const pages = await pagesOf(backend);
    expect(pages.flatMap(({ secrets }) => secrets.map(({ key }) => key))).toEqual(['TOKEN']);
    expect(pages.flatMap(({ unnameable }) => unnameable ?? [])).toEqual([
      { name: 'a//b ODD', reason: expect.stringContaining('no empty segment') },
    ]);
  });
});
