import { parseScopePattern, selectsScope } from '@kici-dev/secret-federation';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { listMatching } from '../../backends/internal/list.ts';
import { deleteScope } from '../../backends/internal/scopes.ts';
import { createStore } from '../../backends/internal/store.ts';
import { writeAll } from '../../backends/internal/write.ts';
import { SecretValue } from '@kici-dev/secret-backend';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { context, createTestStore, keepDeletedMs, scope } from './support.ts';

const segments = ['a', 'A', 'a_b', 'axb', 'b', 'b.c', '__a', 'a-1'];
const wild = [...segments, '*', '**', '?', 'a*', '*b', 'a?b', '[ab]', '[!a]', 'a_*', '*_b', 'a[_x]b'];
const scopes = fc.array(fc.constantFrom(...segments), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const patterns = fc
  .array(fc.constantFrom(...wild), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'))
  .filter((text) => parseScopePattern(text).ok);

async function openStore(names: readonly string[]) {
  const { database, keyring, dispose } = await createTestStore();
  onTestFinished(dispose);
  const store = createStore(database, keyring, 'default', { now: Date.now, keepDeletedMs, inTransaction });
  await writeAll(
    store,
    names.map((name) => ({ scope: scope(name), key: 'K', value: SecretValue.fromText('v') })),
  );
  return store;
}

it('a list by patterns leaves out nothing that one of them selects', async () => {
  const names = [...new Set(fc.sample(scopes, { numRuns: 300, seed: 7 }))].filter((name) => !name.startsWith('__'));
  const store = await openStore(names);
  for (const name of names.slice(0, 20)) await deleteScope(store, scope(name));
  await fc.assert(
    fc.asyncProperty(fc.array(patterns, { minLength: 1, maxLength: 3 }), async (texts) => {
      const { secrets } = await listMatching(store, texts, context());
      const selects = (name: string): boolean =>
        texts.some((text) => {
          const pattern = parseScopePattern(text);
          return pattern.ok && selectsScope(pattern.value, name);
        });
      const listed = new Set<string>(secrets.map((secret) => secret.scope));
      expect([...listed].filter(selects).toSorted()).toEqual(names.filter(selects).toSorted());
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['*/b', ['a/b', 'b/b']],
  ['a/*', ['a/b']],
  ['**/c', ['a/b/c']],
  ['a/**', ['a/b', 'a/b/c']],
  ['a/b', ['a/b']],
  ['gone', []],
])('%s selects its own scopes, and loads no others', async (pattern, expected) => {
  const store = await openStore(['a/b', 'b/b', 'a/b/c', 'b/d', 'xa/y', 'a0/b/x']);
  const { secrets } = await listMatching(store, [pattern], context());
  expect(secrets.map((secret) => secret.scope)).toEqual(expected);
});

it('every pattern of a long list counts', async () => {
  const store = await openStore(['a/b', 'c/d']);
  const many = Array.from({ length: 300 }, (_, index) => `x${index}/*`);
  const exact = Array.from({ length: 2_000 }, (_, index) => `x${index}`);
  expect((await listMatching(store, [...many, 'a/*', ...exact, 'c/d'], context())).secrets).toHaveLength(2);
  expect((await listMatching(store, [], context())).secrets).toEqual([]);
});

it.each([20_000, 70_000])('%d scopes without a wildcard are no more than a statement takes', async (count) => {
  const store = await openStore(['a/b', 'c/d']);
  const globs = Array.from({ length: 199 }, (_, index) => `x${index}/*`);
  const exact = Array.from({ length: count - 2 }, (_, index) => `x${index}`);
  expect((await listMatching(store, [...globs, ...exact, 'a/b', 'c/d'], context())).secrets).toHaveLength(2);
});

it('a scope is found by its end, also where an older version has made or renamed it', async () => {
  const store = await openStore(['a/prod', 'b/old']);
  const row = { organization: 'default', created_at: 0 };
  await store.database
    .insertInto('internal_scopes')
    .values({ ...row, scope: 'x/y/prod' })
    .execute();
  await store.database.updateTable('internal_scopes').set({ scope: 'b/prod' }).where('scope', '=', 'b/old').execute();
  await store.database
    .updateTable('internal_secrets')
    .set({ scope: 'b/prod', seal: null })
    .where('scope', '=', 'b/old')
    .execute();
  await store.database
    .updateTable('internal_secrets')
    .set({ scope: 'x/y/prod' })
    .where('scope', '=', 'a/prod')
    .execute();
  const found = async (pattern: string) =>
    (await listMatching(store, [pattern], context())).secrets.map((secret) => secret.scope);
  expect(await found('*/prod')).toEqual(['b/prod']);
  expect(await found('**/prod')).toEqual(['b/prod', 'x/y/prod']);
  expect(await found('**/*od')).toEqual(['b/prod', 'x/y/prod']);
  expect(await found('**/old')).toEqual([]);
});
