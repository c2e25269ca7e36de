import { SecretValue, type ReadOutcome } from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keptVersions } from '../../backends/internal/write.ts';
import { context, createTestStore, scope, type TestStore } from './support.ts';

const [shop, store] = [scope('apps/shop'), scope('apps/store')];
const token = { scope: shop, key: 'TOKEN' };

async function create(): Promise<TestStore> {
  const created = await createTestStore();
  onTestFinished(created.dispose);
  return created;
}

async function write({ backend }: TestStore, value: string, ref = token, expectedVersion?: string | null) {
  return backend.write?.(
    { ...ref, value: SecretValue.fromText(value), ...(expectedVersion !== undefined && { expectedVersion }) },
    context(),
  );
}

async function text(
  { backend }: TestStore,
  ref: { scope: typeof shop; key: string; version?: string },
): Promise<string | undefined> {
  const [outcome] = await backend.read([ref], context());
  return describeOutcome(outcome);
}

function describeOutcome(outcome: ReadOutcome | undefined): string | undefined {
  return outcome?.status === 'found' ? `${outcome.version}: ${outcome.value.text()}` : outcome?.status;
}

it('numbers stay small however often a scope is renamed to and fro', async () => {
  const { backend } = await create();
  const [here, there] = [scope('here'), scope('there')];
  for (const value of ['one', 'two'])
    await backend.write?.({ scope: here, key: 'TOKEN', value: SecretValue.fromText(value) }, context());
  await backend.declare?.({ scope: here, key: 'LATER' }, context());
  const given = new Map<string, Set<string>>();
  for (let count = 0; count < 100; count += 1) {
    const [from, to] = count % 2 === 0 ? [here, there] : [there, here];
    await backend.scopes?.rename(from, to, context());
    const receipt = await backend.write?.(
      { scope: to, key: 'TOKEN', value: SecretValue.fromText(`${count}`) },
      context(),
    );
    const seen = given.get(to) ?? new Set();
    expect(seen.has(receipt?.version ?? '')).toBe(false);
    given.set(to, seen.add(receipt?.version ?? ''));
  }
  const [current, ...older] = (await backend.versions?.({ scope: here, key: 'TOKEN' }, context())) ?? [];
  expect(Number(current?.version)).toBeLessThan(2_000);
  expect(older.length).toBeGreaterThan(0);
  const read = await backend.read(
    [
      { scope: here, key: 'TOKEN' },
      { scope: here, key: 'TOKEN', version: older[0]?.version ?? '' },
      { scope: here, key: 'LATER' },
    ],
    context(),
  );
  expect(read.map((outcome) => (outcome.status === 'found' ? outcome.value.text() : outcome.status))).toEqual([
    '99',
    '98',
    'absent',
  ]);
});

describe('versions', () => {
  it('are kept up to a number; what falls out is absent, and the rest can be restored', async () => {
    const tested = await create();
    for (let index = 1; index <= keptVersions + 2; index += 1) await write(tested, `value ${index}`);
    expect(await text(tested, { ...token, version: '2' })).toBe('absent');
    expect(await text(tested, { ...token, version: '3' })).toBe('3: value 3');
    expect((await tested.backend.versions?.(token, context()))?.map(({ version }) => Number(version))).toEqual(
      Array.from({ length: keptVersions }, (_, index) => keptVersions + 2 - index),
    );
    expect(await tested.backend.restore?.({ ...token, version: '3' }, context())).toMatchObject({
      version: String(keptVersions + 3),
    });
    expect(await text(tested, token)).toBe(`${keptVersions + 3}: value 3`);
  });

  it.each(['0', '01', '1.0', ' 1', '-1', '1e0', '', '999999999999999', 'x'])(
    'never match the pin "%s"',
    async (version) => {
      const tested = await create();
      await write(tested, 'value');
      expect(await text(tested, { ...token, version })).toBe('absent');
    },
  );

  it('never mean two values: not after a deletion', async () => {
    const tested = await create();
    for (const value of ['first', 'second']) await write(tested, value);
    await tested.backend.delete?.(token, context());
    expect(await text(tested, { ...token, version: '1' })).toBe('unknown');
    expect(await write(tested, 'third')).toMatchObject({ version: '3' });
    expect(await text(tested, { ...token, version: '1' })).toBe('1: first');
    await expect(write(tested, 'fourth', token, '2')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('never mean two values: not after a scope was deleted, nor when another takes its name', async () => {
    const tested = await create();
    for (const value of ['first', 'second']) await write(tested, value, { scope: store, key: 'TOKEN' });
    await tested.backend.scopes?.delete(store, context());
    await write(tested, 'other');
    await tested.backend.scopes?.rename(shop, store, context());
    expect(await text(tested, { scope: store, key: 'TOKEN', version: '1' })).toBe('1: first');
    expect(await text(tested, { scope: store, key: 'TOKEN' })).toBe('3: other');
    expect(await write(tested, 'new at the old place')).toMatchObject({ version: '2' });
  });

  it('of a declared name that was deleted start where they ended', async () => {
    const tested = await create();
    await write(tested, 'value');
    await tested.backend.delete?.(token, context());
    await tested.backend.declare?.(token, context());
    expect(await text(tested, token)).toBe('absent');
    expect(await write(tested, 'value', token, null)).toMatchObject({ version: '2' });
  });
});

describe('writers on connections of their own', () => {
  it('lose nothing: every write gets a version, and the last one is current', async () => {
    const tested = await create();
    const others = [tested, await tested.reopen(), await tested.reopen()];
    const receipts = await Promise.all(
      Array.from({ length: 9 }, (_, index) => write(others[index % 3] ?? tested, `value ${index}`)),
    );
    expect(receipts.map((receipt) => Number(receipt?.version)).toSorted((left, right) => left - right)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    const last = receipts.findIndex((receipt) => receipt?.version === '9');
    for (const one of others) expect(await text(one, token)).toBe(`9: value ${last}`);
  });

  it('who expect the same version: one wins', async () => {
    const tested = await create();
    const other = await tested.reopen();
    await write(tested, 'old');
    const results = await Promise.allSettled(
      [tested, other, tested, other].map((one, index) => write(one, `value ${index}`, token, '1')),
    );
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
  });

  it('a rename while others write loses no write', async () => {
    const tested = await create();
    const other = await tested.reopen();
    for (let index = 0; index < 5; index += 1) await write(tested, 'before', { scope: shop, key: `K${index}` });
    const [, ...written] = await Promise.all([
      tested.backend.scopes?.rename(shop, store, context()),
      ...Array.from({ length: 5 }, async (_, index) => write(other, 'after', { scope: shop, key: `K${index}` })),
    ]);
    expect(written.length).toBe(5);
    for (let index = 0; index < 5; index += 1) {
      const found = await Promise.all([shop, store].map((where) => text(other, { scope: where, key: `K${index}` })));
      expect(found.filter((one) => one?.endsWith(': after') === true)).toHaveLength(1);
    }
  });
});
