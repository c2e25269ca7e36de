import type { Kysely } from 'kysely';
import { checkpointBytes, type AuditCheckpoint } from '../../../api/audit-checkpoint.ts';
import type { OrchestratorTables } from '../../tables.ts';
import { rfc3339 } from '../../time.ts';
import { chainStart, signedBytes } from '../chain.ts';
import type { AuditSigner } from '../services.ts';

/** What signs checkpoints of an organization, and nothing else. */
export type CheckpointKey = (organization: string) => Promise<{
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}>;

export interface CheckpointMaker {
  readonly database: Kysely<OrchestratorTables>;
  readonly signer: AuditSigner;
  readonly key: CheckpointKey;
  /** Resolves once what was committed is on the disk. */
  readonly durable: () => Promise<void>;
  readonly now: () => number;
}

/**
 * Says what an organization's log is now.
 * @returns `undefined` where there are no rows, or the newest was not written by an orchestrator of these keys: the
 * next row names that break
 */
export async function makeCheckpoint(
  { database, signer, key, durable, now }: CheckpointMaker,
  organization: string,
): Promise<AuditCheckpoint | undefined> {
  const [newest, before] = await database
    .selectFrom('audit_rows')
    .selectAll()
    .where('organization', '=', organization)
    .orderBy('sequence', 'desc')
    .limit(2)
    .execute();
  if (newest === undefined) return undefined;
  const { mac, ...unsigned } = newest;
  const sign = await signer(organization);
  if (mac !== sign(signedBytes(unsigned, before?.mac ?? chainStart))) return undefined;
  const own = await key(organization);
  // A loss of power must not take away a row that a checkpoint vouches for.
  await durable();
  const told = {
    kind: 'kici audit checkpoint v1' as const,
    organization,
    sequence: newest.sequence,
    mac,
    at: rfc3339(now()),
  };
  return {
    ...told,
    publicKey: Buffer.from(own.publicKey).toString('base64'),
    signature: Buffer.from(own.sign(checkpointBytes(told))).toString('base64'),
  };
}
