import { setImmediate as nextTurn } from 'node:timers/promises';
import { BackendError } from '@kici-dev/secret-backend';
import { expect, it, onTestFinished } from 'vitest';
import { createStore, readUnguarded } from '../../backends/internal/index.ts';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { createTestStore, keepDeletedMs, scope } from './support.ts';

it.each([undefined, '1'])(
  'a key that cannot be loaded fails the read (version %s), and nothing beside it',
  async (version) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const { database, keyring, dispose } = await createTestStore();
    onTestFinished(dispose);
    const store = createStore(
      database,
      { ...keyring, rowSigner: async () => Promise.reject(new BackendError('unreachable')) },
      'default',
      { now: Date.now, keepDeletedMs, inTransaction },
    );
    const ref = { scope: scope('apps/shop'), key: 'TOKEN', ...(version !== undefined && { version }) };
    expect(await readUnguarded(store, [ref])).toMatchObject([{ status: 'unknown', code: 'unreachable' }]);
    await nextTurn();
    expect(unhandled).toEqual([]);
  },
);
