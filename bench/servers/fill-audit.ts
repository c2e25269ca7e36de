import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import { openKeyring } from '../../src/keyring/keyring.ts';
import { chainStart, signedBytes, type UnsignedRow } from '../../src/orchestrator/audit/chain.ts';
import { keyText } from './orchestrator.ts';

/** A data folder with an audit log of so many rows, chained as the server chains them, and its anchor. */
export async function fillAudit(dataDir: string, rows: number): Promise<void> {
  const file = join(dataDir, 'kici.db');
  const database = openDatabase<AllTables>(file);
  await migrate(database, allMigrations);
  const keyring = await openKeyring(database, keyFromText(keyText, 'the bench'), Date.now);
  const sign = await keyring.signer('default');
  await database.destroy();
  const beside = new DatabaseSync(file);
  const columns = [
    'organization',
    'sequence',
    'at',
    'phase',
    'operation',
    'actor',
    'subject',
    'result',
    'intent',
  ] as const;
  const insert = beside.prepare(
    `insert into audit_rows (${columns.join(', ')}, mac) values (${columns.map(() => '?').join(', ')}, ?)`,
  );
  beside.exec('pragma synchronous = off; begin');
  let mac = chainStart;
  for (let sequence = 1; sequence <= rows; sequence += 1) {
    const row = rowOf(sequence);
    mac = sign(signedBytes(row, mac));
    insert.run(...columns.map((column) => row[column]), mac);
  }
  beside.prepare(`insert into audit_heads values ('default', ?, ?, 0, 0)`).run(rows, mac);
  beside.exec('commit');
  beside.close();
  await writeFile(join(dataDir, 'audit-anchor.json'), JSON.stringify({ default: { sequence: rows, mac } }));
}

/** Reads by jobs, and writes with intent and outcome. */
function rowOf(sequence: number): UnsignedRow {
  const row = { organization: 'default', sequence, at: 1_700_000_000_000 + sequence * 100 };
  const secret = { scope: 'team-7/app-7/production', key: 'DB_PASSWORD' };
  if (sequence % 4 < 2) {
    const jobId = `5b0d9c52-9a0e-4f9b-8a43-${String(sequence).padStart(12, '0')}`;
    const outcomes = [{ status: 'sealed', backend: 'internal', ...secret, version: '1' }];
    const subject = JSON.stringify({ jobId, keys: [secret.key], outcomes });
    const read = { phase: 'read', operation: 'jobs.read', actor: `job:${jobId}` };
    return { ...row, ...read, subject, result: null, intent: null };
  }
  const write = { ...row, operation: 'secrets.set', actor: 'token:1:local', subject: JSON.stringify(secret) };
  return sequence % 4 === 2
    ? { ...write, phase: 'intent', result: null, intent: null }
    : { ...write, phase: 'outcome', result: 'done', intent: sequence - 1 };
}
