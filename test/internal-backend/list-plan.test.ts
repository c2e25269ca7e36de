import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CompiledQuery, Kysely, KyselyPlugin } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { list } from '../../backends/internal/list.ts';
import { createStore } from '../../backends/internal/store.ts';
import { context, createTestStore, keepDeletedMs, scope, type Tables } from './support.ts';

/** Records the statements that pass through it. */
function statementsOf(database: Kysely<Tables>): { readonly plugin: KyselyPlugin; readonly seen: CompiledQuery[] } {
  const seen: CompiledQuery[] = [];
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      seen.push(database.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return { plugin, seen };
}

it('a list of a tree searches that tree, and not all of the organization', async () => {
  const { database, folder, keyring, dispose } = await createTestStore();
  onTestFinished(dispose);
  const { plugin, seen } = statementsOf(database);
  const store = createStore(database.withPlugin(plugin), keyring, 'default', {
    now: Date.now,
    keepDeletedMs,
    inTransaction,
  });
  for await (const _ of list(store, { scope: scope('apps'), depth: 'tree' }, context()));
  const statement = seen.find(({ sql }) => sql.includes('"internal_secrets"'));
  const beside = new DatabaseSync(join(folder, 'kici.db'), { readOnly: true });
  onTestFinished(() => {
    beside.close();
  });
  const parameters = (statement?.parameters ?? []).map(String);
  const plan = beside.prepare(`explain query plan ${statement?.sql}`).all(...parameters);
  expect(plan.map(({ detail }) => detail)).toEqual([
    'SEARCH internal_secrets USING INDEX sqlite_autoindex_internal_secrets_1 (organization=? AND scope>? AND scope<?)',
  ]);
});
