import { errorTrail } from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Keyring } from '../keyring/keyring.ts';
import type { Checkpoints } from '../orchestrator/audit/checkpoints/checkpoints.ts';
import { CheckpointSinkError } from '../orchestrator/audit/checkpoints/sink.ts';
import { removeAllCutRows } from '../orchestrator/audit/cut.ts';
import type { AllTables } from './all-tables.ts';
import type { Repeat } from './repeat.ts';

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
 * @returns `stop`, which resolves when nothing is under way
 */
export function startKeeping(
  { database, keyring, checkpoints, log }: KeepingServices,
  repeat: Repeat,
): { stop(): Promise<void> } {
  const signer = (organization: string): ReturnType<Keyring['signer']> => keyring.signer(organization);

  async function keep(): Promise<void> {
    await removeAllCutRows({ database, signer });
    await checkpoints.round();
  }

  let running: Promise<void> | undefined;
  const round = (): void => {
    running ??= keep()
      .catch((error: unknown) => {
        // The sink's own failures are told when they begin.
        if (!(error instanceof CheckpointSinkError))
          log.error({ error: errorTrail(error) }, 'checkpoints of the audit log could not be made');
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
      await checkpoints.stop();
    },
  };
}
