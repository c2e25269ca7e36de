import { errorTrail } from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Keyring } from '../keyring/keyring.ts';
import type { Checkpoints } from '../orchestrator/audit/checkpoints/checkpoints.ts';
import { CheckpointSinkError } from '../orchestrator/audit/checkpoints/sink.ts';
import { removeAllCutRows } from '../orchestrator/audit/cut.ts';
import type { AllTables } from './all-tables.ts';
import { startRounds, type Repeat, type Rounds } from './repeat.ts';

export interface KeepingServices {
  readonly database: Kysely<AllTables>;
  readonly keyring: Pick<Keyring, 'signer'>;
  readonly checkpoints: Pick<Checkpoints, 'round' | 'stop'>;
  readonly log: Pick<Logger, 'error'>;
}

const everyMs = 5_000;

/**
 * Makes checkpoints of the audit log that are due, and removes what an interrupted cut has left. Each now and
 * periodically, whatever failed before or of the other.
 */
export function startKeeping({ database, keyring, checkpoints, log }: KeepingServices, repeat: Repeat): Rounds {
  const signer = (organization: string): ReturnType<Keyring['signer']> => keyring.signer(organization);

  function start(chore: () => Promise<void>, what: string): Rounds {
    const failed = (error: unknown): void => {
      // The sink's own failures are told when they begin.
      if (error instanceof CheckpointSinkError) return;
      log.error({ error: errorTrail(error) }, what);
    };
    return startRounds(chore, failed, everyMs, repeat);
  }

  const removal = start(
    () => removeAllCutRows({ database, signer }),
    'rows of the audit log that were cut could not be removed',
  );
  const making = start(() => checkpoints.round(), 'checkpoints of the audit log could not be made');
  return {
    async stop() {
      await Promise.all([removal.stop(), making.stop()]);
      await checkpoints.stop();
    },
  };
}
