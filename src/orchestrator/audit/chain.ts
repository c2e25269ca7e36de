import type { OrchestratorTables } from '../tables.ts';

export type StoredRow = OrchestratorTables['audit_rows'];
export type UnsignedRow = Omit<StoredRow, 'mac'>;

/** What precedes the first row of an organization. */
export const chainStart = '';

/**
 * The bytes that a row's MAC covers: every column and the MAC of the row before it, as a JSON array, which
 * no two different rows share.
 */
export function signedBytes(row: UnsignedRow, previousMac: string): Uint8Array {
  return Buffer.from(
    JSON.stringify([
      'kici audit v1',
      row.organization,
      row.sequence,
      row.at,
      row.phase,
      row.operation,
      row.actor,
      row.subject,
      row.result,
      row.intent,
      previousMac,
    ]),
  );
}
