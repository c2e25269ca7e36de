import type { OrchestratorTables } from '../tables.ts';

export type StoredRow = OrchestratorTables['audit_rows'];
export type UnsignedRow = Omit<StoredRow, 'mac'>;

/** Stands for the previous MAC of an organization's first row. */
export const chainStart = '';

/**
 * The bytes that a row's MAC covers: every column and the previous row's MAC, as a JSON array, so that no two different
 * rows share them.
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
