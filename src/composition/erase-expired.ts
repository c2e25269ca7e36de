import { randomUUID } from 'node:crypto';
import { errorTrail } from '@kici-dev/secret-backend';
import {
  createStore,
  eraseExpired,
  organizationsWithExpired,
  type InTransaction,
} from '@kici-dev/secret-backend-internal';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { inTransaction } from '../database/in-transaction.ts';
import { LeaseLostError, takeLease, type ChoreLease } from '../database/chore-lease.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { AllTables } from './all-tables.ts';
import { startRounds, type Repeat, type Rounds } from './repeat.ts';

export interface ErasureServices {
  readonly database: Kysely<AllTables>;
  readonly keyring: Keyring;
  readonly keepDeletedMs: number;
  readonly now: () => number;
  readonly log: Logger;
}

const everyMs = 600_000;

/**
 * Erases deleted secrets whose retention has ended, now and periodically; of several orchestrators one does so until it
 * ends. The next round makes up for a failure.
 */
export function startErasing({ database, keyring, log, ...times }: ErasureServices, repeat: Repeat): Rounds {
  const terms = { name: 'erase deleted secrets', holder: randomUUID(), lastsMs: everyMs, now: times.now };
  let lease: ChoreLease | undefined;

  async function eraseAll(): Promise<void> {
    const began = times.now();
    const moment = { ...times, now: () => began };
    const held = await takeLease(database, terms);
    lease = held;
    if (held === undefined) return;
    const leased: InTransaction = (store, work) =>
      inTransaction(store, async (transaction) => {
        await held.hold(transaction);
        return work(transaction);
      });
    await database.deleteFrom('recent_writes').where('until', '<=', began).execute();
    for (const organization of await organizationsWithExpired(database, moment)) {
      // oxlint-disable-next-line no-await-in-loop -- one at a time, so that requests get their turn
      const secrets = await eraseExpired(
        createStore(database, keyring, organization, { ...moment, inTransaction: leased }),
      );
      if (secrets > 0) log.info({ organization, secrets }, 'erased deleted secrets whose retention has ended');
    }
  }

  function failed(error: unknown): void {
    if (error instanceof LeaseLostError) log.warn(error.message);
    else log.error({ error: errorTrail(error) }, 'deleted secrets could not be erased');
  }

  const rounds = startRounds(eraseAll, failed, everyMs, repeat);
  return {
    async stop() {
      await rounds.stop();
      await lease?.release().catch(() => undefined);
    },
  };
}
