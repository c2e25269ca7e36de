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
  readonly keyring: Keyring;
  readonly checkpoints: Checkpoints;
  readonly log: Logger;
}

const everyMs = 5_000;

/**
 * Makes checkpoints of the audit log that are due, and removes what an interrupted cut has left. Both now and
 * periodically, whatever failed before.
 */
export function startKeeping({ database, keyring, checkpoints, log }: KeepingServices, repeat: Repeat): Rounds {
  const signer = (organization: string): ReturnType<Keyring['signer']> => keyring.signer(organization);

  async function keep(): Promise<void> {
    await removeAllCutRows({ database, signer });
    await checkpoints.round();
  }

  function failed(error: unknown): void {
    // The sink's own failures are told when they begin.
    if (error instanceof CheckpointSinkError) return;
    log.error({ error: errorTrail(error) }, 'checkpoints of the audit log could not be made');
  }

  const rounds = startRounds(keep, failed, everyMs, repeat);
  return {
    async stop() {
      await rounds.stop();
      await checkpoints.stop();
    },
  };
}
