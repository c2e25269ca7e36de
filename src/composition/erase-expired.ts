import { createStore, eraseExpired, organizationsWithExpired } from '@kici-dev/secret-backend-internal';
import { errorTrail } from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { inTransaction } from '../database/in-transaction.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { AllTables } from './all-tables.ts';
import type { Repeat } from './repeat.ts';

export interface Erasure {
  /** Resolves when nothing is being erased any more. */
  stop(): Promise<void>;
}

export interface ErasureServices {
  readonly database: Kysely<AllTables>;
  readonly keyring: Keyring;
  readonly keepDeletedMs: number;
  readonly now: () => number;
  readonly log: Logger;
}

const everyMs = 600_000;

/**
 * Erases deleted secrets whose time is over, now and again and again. They cannot be restored before that either, so
 * several orchestrators may do it at once, and a failure is made good by the next round.
 */
export function startErasing({ database, keyring, log, ...times }: ErasureServices, repeat: Repeat): Erasure {
  async function eraseAll(): Promise<void> {
    for (const organization of await organizationsWithExpired(database, times)) {
      // oxlint-disable-next-line no-await-in-loop -- one after another, so that requests come in between
      const secrets = await eraseExpired(createStore(database, keyring, organization, { ...times, inTransaction }));
      if (secrets > 0) log.info({ organization, secrets }, 'erased deleted secrets whose retention has ended');
    }
  }

  let running: Promise<void> | undefined;
  const round = (): void => {
    running ??= eraseAll()
      .catch((error: unknown) => {
        log.error({ error: errorTrail(error) }, 'deleted secrets could not be erased');
      })
      .finally(() => {
        running = undefined;
      });
  };
  round();
  const end = repeat(round, everyMs);
  return {
    async stop() {
      end();
      await running;
    },
  };
}
