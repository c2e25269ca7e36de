import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { auditCheckpoint, type AuditCheckpoint } from '../../../src/api/audit-checkpoint.ts';
import { allMigrations, type AllTables } from '../../../src/composition/all-tables.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { createFileAnchor } from '../../../src/orchestrator/audit/anchor.ts';
import { createAuditLog, type AuditLog } from '../../../src/orchestrator/audit/audit-log.ts';
import { createCheckpoints, type Checkpoints } from '../../../src/orchestrator/audit/checkpoints/checkpoints.ts';
import type { AuditSigner } from '../../../src/orchestrator/audit/services.ts';
import { databaseFor } from '../../support/engine.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rawKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
export const signer = async () => (bytes: Uint8Array) => createHmac('sha256', 'k').update(bytes).digest('hex');
const key = async () => ({ publicKey: rawKey, sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) });

export const parseLines = (lines: string): AuditCheckpoint[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => auditCheckpoint.parse(JSON.parse(line)));

/** An audit log and the orchestrators that keep its checkpoints, which the test runs by hand. */
export async function keptLog(durable: () => Promise<void> = async () => undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'kici-kept-log-'));
  const storage = await databaseFor(folder);
  const database = await storage.open<AllTables>();
  await migrate(database, allMigrations);
  let at = Date.parse('2026-01-01T00:00:00Z');
  const now = () => at;
  let refusing: Checkpoints | undefined;
  const log: AuditLog = createAuditLog({
    database,
    signer,
    anchor: createFileAnchor(join(folder, 'audit-anchor.json')),
    isShared: false,
    durable: async () => undefined,
    now,
    refusal: () => (refusing?.problem() === undefined ? undefined : new Error(refusing.problem())),
    listener: { failed: () => undefined, leftOut: () => undefined, broken: () => undefined },
  });
  onTestFinished(async () => {
    await log.settle();
    await database.destroy();
    await rm(folder, { recursive: true });
  });
  return {
    tamper: (sql: string) => {
      storage.execute(sql);
    },
    database,
    pass: (ms: number) => {
      at += ms;
    },
    append: (organization = 'a') =>
      log.append({ organization, phase: 'read', operation: 'x', actor: 'a', subject: {} }),
    /** Rows are refused while these fail. */
    require: (one: Checkpoints) => {
      refusing = one;
    },
    orchestrator: (write: (lines: string) => Promise<void>, ownSigner: AuditSigner = signer) =>
      createCheckpoints({
        database,
        signer: ownSigner,
        key,
        durable,
        now,
        elapsed: now,
        sink: { write },
        everyMs: 300_000,
        everyRows: 10_000,
        changed: () => undefined,
      }),
  };
}
