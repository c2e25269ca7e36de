import type { Kysely } from 'kysely';
import { exclusively } from '../../database/exclusively.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { AnchorState, AuditAnchor, AuditHead } from './anchor.ts';
import { continueLog, type AuditBreak } from './break.ts';
import { chainStart, signedBytes, type StoredRow, type UnsignedRow } from './chain.ts';
import type { AuditEntry } from './entry.ts';
import type { AuditLogServices } from './services.ts';

type Sign = (bytes: Uint8Array) => string;

interface Found {
  readonly organization: string;
  readonly sequence: number;
  readonly found: AuditBreak;
}

interface Committed {
  readonly sequences: readonly number[];
  readonly heads: ReadonlyMap<string, AuditHead>;
  readonly breaks: readonly Found[];
}

/**
 * Appends the entries after the last row on which log and anchor agree; where they disagree, a row that records the
 * break comes first.
 * @param examined whether the logs of other organizations are examined too
 * @returns the sequence of each entry
 */
export async function commit(
  services: AuditLogServices,
  entries: readonly AuditEntry[],
  examined: 'own' | 'every',
): Promise<readonly number[]> {
  const { database, signer, anchor, listener } = services;
  const names = new Set(entries.map(({ organization }) => organization));
  if (examined === 'every') for (const name of await everyOrganization(database, await anchor.read())) names.add(name);
  // Before the transaction, since loading a key needs the connection that the transaction holds.
  const signers = new Map(
    await Promise.all([...names].map(async (organization) => [organization, await signer(organization)] as const)),
  );
  const committed = await exclusively(database, 'audit_rows', async (transaction) => {
    const known = await anchor.read();
    // A new anchor replaces the old one, which may have shown breaks in other organizations' logs.
    if (known.state !== 'readable' && examined === 'own') return undefined;
    return appendTo(transaction, services, known, signers, entries);
  });
  if (committed === undefined) return commit(services, entries, 'every');
  // After the commit, so that the anchor is never ahead; in a transaction, because that keeps other processes out.
  if (committed.heads.size > 0) await exclusively(database, 'audit_rows', () => anchor.write(committed.heads));
  for (const { organization, sequence, found } of committed.breaks) listener.broken(organization, sequence, found);
  return committed.sequences;
}

async function appendTo(
  transaction: Kysely<OrchestratorTables>,
  { anchor, now }: { readonly anchor: AuditAnchor; readonly now: () => number },
  known: AnchorState,
  signers: ReadonlyMap<string, Sign>,
  entries: readonly AuditEntry[],
): Promise<Committed> {
  const heads = new Map<string, AuditHead>();
  const rows = new Array<StoredRow>();
  const at = now();
  const append = (row: Omit<UnsignedRow, 'sequence' | 'at'>): number => {
    const [head, sign] = [heads.get(row.organization), signers.get(row.organization)];
    if (head === undefined || sign === undefined) throw new TypeError('every organization of a commit is looked at');
    const unsigned = { ...row, sequence: head.sequence + 1, at };
    const mac = sign(signedBytes(unsigned, head.mac));
    heads.set(row.organization, { sequence: unsigned.sequence, mac });
    rows.push({ ...unsigned, mac });
    return unsigned.sequence;
  };
  const breaks = new Array<Found>();
  const beginnings = new Map<string, AuditHead>();
  for (const [organization, sign] of signers) {
    const { sequence, mac, first, found } = await continueLog(transaction, organization, known, sign);
    heads.set(organization, { sequence, mac });
    if (first) beginnings.set(organization, { sequence: 0, mac: chainStart });
    if (found !== undefined)
      breaks.push({
        organization,
        found,
        sequence: append({
          organization,
          phase: 'break',
          operation: 'audit.break',
          actor: 'orchestrator',
          subject: JSON.stringify(found),
          result: found.kind,
          intent: null,
        }),
      });
  }
  const sequences = entries.map(({ organization, phase, operation, actor, subject, result, intent }) =>
    append({
      organization,
      phase,
      operation,
      actor,
      subject: JSON.stringify(subject),
      result: result ?? null,
      intent: intent ?? null,
    }),
  );
  // Without an anchor, first rows look the same as rows whose anchor was removed.
  if (beginnings.size > 0) await anchor.write(beginnings);
  await insert(transaction, rows);
  return { sequences, heads, breaks };
}

/** Databases limit how many values a statement takes. */
const rowsPerInsert = 500;

async function insert(transaction: Kysely<OrchestratorTables>, rows: readonly StoredRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert)
    await transaction
      .insertInto('audit_rows')
      .values(rows.slice(start, start + rowsPerInsert))
      .execute();
}

/** Those that exist, and those that only their rows or the anchor remember. */
async function everyOrganization(database: Kysely<OrchestratorTables>, known: AnchorState): Promise<readonly string[]> {
  const rows = await database.selectFrom('audit_rows').select('organization').distinct().execute();
  const organizations = await database.selectFrom('organizations').select('name').execute();
  return [
    ...(known.state === 'readable' ? known.heads.keys() : []),
    ...rows.map(({ organization }) => organization),
    ...organizations.map(({ name }) => name),
  ];
}
