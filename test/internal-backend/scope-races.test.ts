import { SecretValue } from '@kici-dev/secret-backend';
import { expect, it, onTestFinished } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { createStore, listMatching } from '../../backends/internal/index.ts';
import { renameScope } from '../../backends/internal/rename.ts';
import { createScope, deleteScope } from '../../backends/internal/scopes.ts';
import { declare } from '../../backends/internal/secrets.ts';
import type { Store } from '../../backends/internal/store.ts';
import { write } from '../../backends/internal/write.ts';
import { context, createTestStore, keepDeletedMs, scope } from './support.ts';

const rounds = 40;

type Act = (store: Store, path: string) => Promise<unknown>;

const writes: Act = (store, path) => write(store, { scope: scope(path), key: 'NEW', value: SecretValue.fromText('v') });
const declares: Act = (store, path) => declare(store, { scope: scope(path), key: 'NEW' });
const deletes: Act = (store, path) => deleteScope(store, scope(path));
const renames: Act = (store, path) => renameScope(store, scope(path), scope(`${path}-moved`));

it.each([
  ['a write', 'deletion', writes, deletes],
  ['a write', 'rename', writes, renames],
  ['a declaration', 'deletion', declares, deletes],
  ['a declaration', 'rename', declares, renames],
])('%s beside the %s of its scope leaves nothing that a glob does not find', async (_, _kind, puts, changes) => {
  const { database, keyring, dispose } = await createTestStore();
  onTestFinished(dispose);
  const store = createStore(database, keyring, 'default', { now: Date.now, keepDeletedMs, inTransaction });
  for (let round = 0; round < rounds; round += 1) {
    await createScope(store, scope(`apps/${round}`));
    await Promise.all([puts(store, `apps/${round}`), changes(store, `apps/${round}`)]);
  }
  const found = async (pattern: string): Promise<readonly string[]> =>
    (await listMatching(store, [pattern], context())).secrets.map(({ scope: path }) => path).toSorted();
  expect(await found('apps/*')).toEqual(await found('**'));
});
