import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditAnchor, AuditHead } from './anchor.ts';
import { chainStart, signedBytes, type UnsignedRow } from './chain.ts';

export interface AuditEntry {
  readonly organization: string;
  readonly phase: 'intent' | 'outcome' | 'read';
  readonly operation: string;
  readonly actor: string;
  /** Names only. */
  readonly subject: Readonly<Record<string, unknown>>;
  readonly result?: string;
  /** The sequence of the intent that an outcome closes. */
  readonly intent?: number;
}

/** Gives the function that signs an organisation's rows. */
export type AuditSigner = (organization: string) => Promise<(bytes: Uint8Array) => string>;

export interface AuditLog {
  /** Resolves to the row's sequence once it is durable; rejects when it could not be written. */
  append(entry: AuditEntry): Promise<number>;
}

/** A statement takes a bounded number of values. */
const rowsPerInsert = 500;

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Rows that arrive while a commit is under way share the next one.
 * @param failed hears why rows could not be written
 */
export function createAuditLog(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
  now: () => number,
  failed: (error: unknown) => void,
): AuditLog {
  let waiting: Waiting[] = [];
  let committing = false;

  async function commitAll(): Promise<void> {
    committing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const sequences = await commit(
          database,
          signer,
          anchor,
          batch.map(({ entry }) => entry),
          now,
        );
        for (const [index, { resolve }] of batch.entries()) resolve(sequences[index] ?? 0);
      } catch (error) {
        failed(error);
        for (const { reject } of batch) reject(error);
      }
    }
    committing = false;
  }

  return {
    append(entry) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.push({ entry, resolve, reject });
      if (!committing) void commitAll();
      return promise;
    },
  };
}

async function commit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
  entries: readonly AuditEntry[],
  now: () => number,
): Promise<number[]> {
  const heads = new Map<string, AuditHead>();
  // Fetched before the transaction: a key that must be loaded needs the connection that the transaction holds.
  const signers = new Map(
    await Promise.all(
      [...new Set(entries.map(({ organization }) => organization))].map(
        async (organization) => [organization, await signer(organization)] as const,
      ),
    ),
  );
  const sequences = await database.transaction().execute(async (transaction) => {
    const rows: OrchestratorTables['audit_rows'][] = [];
    for (const entry of entries) {
      const head = heads.get(entry.organization) ?? (await readHead(transaction, entry.organization));
      const row: UnsignedRow = {
        organization: entry.organization,
        sequence: head.sequence + 1,
        at: now(),
        phase: entry.phase,
        operation: entry.operation,
        actor: entry.actor,
        subject: JSON.stringify(entry.subject),
        result: entry.result ?? null,
        intent: entry.intent ?? null,
      };
      const sign = signers.get(entry.organization);
      if (sign === undefined) throw new TypeError('every organisation of a batch has a signer');
      const signed = { ...row, mac: sign(signedBytes(row, head.mac)) };
      heads.set(entry.organization, { sequence: signed.sequence, mac: signed.mac });
      rows.push(signed);
    }
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      await transaction
        .insertInto('audit_rows')
        .values(rows.slice(start, start + rowsPerInsert))
        .execute();
    }
    return rows.map(({ sequence }) => sequence);
  });
  // After the commit, so that the anchor is never ahead; in a transaction, since that keeps every other process out meanwhile.
  await database.transaction().execute(() => anchor.write(heads));
  return sequences;
}

async function readHead(database: Kysely<OrchestratorTables>, organization: string): Promise<AuditHead> {
  const row = await database
    .selectFrom('audit_rows')
    .select(['sequence', 'mac'])
    .where('organization', '=', organization)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? { sequence: 0, mac: chainStart };
}
