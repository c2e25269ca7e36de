import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import { DatabaseUnavailableError } from '../../database/unavailable.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { AnchorState, AuditHead, AuditHeads } from './anchor.ts';
import { cutSubject, readBeginning } from './beginning.ts';
import { continueLog, type AuditBreak } from './break.ts';
import { chainStart, signedBytes, type StoredRow, type UnsignedRow } from './chain.ts';
import type { AuditEntry } from './entry.ts';
import { heldOf, holdingHeads, isHeld, noteCut, readEnd, writeHeads, type Statements } from './heads.ts';
import type { AuditLogServices } from './services.ts';

type Sign = (bytes: Uint8Array) => string;

interface Found {
  readonly organization: string;
  readonly sequence: number;
  readonly found: AuditBreak;
}

/** What a writer keeps between its commits. */
export interface Writer extends AuditLogServices {
  /** The newest row that it has committed for each organization. */
  readonly heads: Map<string, AuditHead>;
  readonly statements: Statements;
}

interface Committed {
  readonly sequences: readonly number[];
  readonly heads: AuditHeads;
  readonly breaks: readonly Found[];
}

/**
 * Appends the entries behind what the log of each organization and the anchor agree on; where they do not, a row that
 * says so comes first.
 * @param examined whether the logs of other organizations are examined too; all of them always are where the anchor is
 * not as this writer has left it. Those that cannot be signed, or that somebody holds, are examined when they are
 * written to
 * @throws UnsignableError when an entry cannot be signed, and an error that `isHeld` when its log is held for too long:
 * nothing was appended
 */
export async function commit(
  writer: Writer,
  entries: readonly AuditEntry[],
  examined: 'own' | 'every',
): Promise<Committed & { readonly examined: 'own' | 'every' }> {
  const { database, anchor } = writer;
  const needed = new Set(entries.map(({ organization }) => organization));
  const names = new Set(needed);
  if (examined === 'every') for (const name of await everyOrganization(database, await anchor.read())) names.add(name);
  // Fetched before the transaction: a key that must be loaded needs the connection that the transaction holds.
  const signers = await signersOf(writer, names, needed);
  const committed = await holdingMost(writer, signers, needed, async (transaction, held) => {
    const known = await anchor.read();
    const isOwn = known.state === 'readable' && anchor.isUntouched();
    // A new anchor takes the place of the old one, and must not hide what the old one would have shown of others.
    if (!isOwn && examined === 'own') return undefined;
    // The file may lag behind what this writer knows, whoever has touched it.
    const trusted =
      known.state === 'readable' ? { ...known, heads: newestOf(names, known.heads, writer.heads) } : known;
    return { ...(await appendTo(transaction, writer, known, trusted, held, entries)), known };
  });
  if (committed === undefined) return commit(writer, entries, 'every');
  anchor.adopt(committed.known);
  for (const [organization, head] of committed.heads) writer.heads.set(organization, head);
  return { ...committed, examined };
}

/** The rows of one organization cannot be signed: its key is lost. */
export class UnsignableError extends Error {
  override readonly name = 'UnsignableError';
  readonly organization: string;

  constructor(organization: string, cause: unknown) {
    super(`the audit rows of ${organization} cannot be signed`, { cause });
    this.organization = organization;
  }
}

/** Another transaction holds the log of an organization, which is left out of an examination of all. */
export class HeldLogError extends Error {
  override readonly name = 'HeldLogError';
  readonly organization: string;

  constructor(organization: string, cause: unknown) {
    super(`another transaction holds the audit log of ${organization}`, { cause });
    this.organization = organization;
  }
}

/** Orchestrators that are busy hold a log for a moment: one of them is left out only where it is held again. */
const attempts = 3;

/** Holds the logs of all that can be signed, but for those that somebody else holds and that are not needed. */
async function holdingMost<T>(
  { database, listener }: Writer,
  signers: ReadonlyMap<string, Sign>,
  needed: ReadonlySet<string>,
  work: (transaction: Transaction<OrchestratorTables>, held: ReadonlyMap<string, Sign>) => Promise<T>,
): Promise<T> {
  const free = new Map(signers);
  for (let attempt = 1; ; attempt += 1)
    try {
      return await holdingHeads(database, [...free.keys()], (transaction) => work(transaction, free));
    } catch (error) {
      const others = [...free.keys()].filter((name) => !needed.has(name));
      if (!isHeld(error) || others.length === 0 || attempt === attempts) throw error;
      for (const name of await heldOf(database, others)) {
        free.delete(name);
        listener.failed(new HeldLogError(name, error));
      }
    }
}

async function signersOf(
  { signer, listener }: Writer,
  organizations: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Sign>> {
  const signers = new Map<string, Sign>();
  for (const organization of organizations)
    try {
      signers.set(organization, await signer(organization));
    } catch (error) {
      if (DatabaseUnavailableError.is(error)) throw error;
      const unsignable = new UnsignableError(organization, error);
      if (needed.has(organization)) throw unsignable;
      listener.failed(unsignable);
    }
  return signers;
}

/** As `append` makes each row. */
const neverKept: StoredRow = {
  organization: '',
  sequence: 0,
  at: 0,
  phase: '',
  operation: '',
  actor: '',
  subject: '',
  result: null,
  intent: null,
  mac: '',
};

/** Writes what an entry takes, and takes it back. @throws what an entry's writer would be told */
export async function tryWriting(database: Kysely<OrchestratorTables>): Promise<void> {
  const undone = new Error('nothing is kept');
  try {
    await holdingHeads(database, [], async (transaction) => {
      await insert(transaction, [neverKept], new Map());
      await writeHeads(transaction, new Map([['', neverKept]]), new Map());
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
}

function newestOf(organizations: ReadonlySet<string>, ...[left, right]: readonly [AuditHeads, AuditHeads]): AuditHeads {
  const heads = new Map<string, AuditHead>();
  for (const organization of organizations) {
    const [one, other] = [left.get(organization), right.get(organization)];
    const newest = one === undefined || (other !== undefined && one.sequence <= other.sequence) ? other : one;
    if (newest !== undefined) heads.set(organization, newest);
  }
  return heads;
}

async function appendTo(
  transaction: Kysely<OrchestratorTables>,
  { anchor, now, statements, isShared, heads: own }: Writer,
  known: AnchorState,
  trusted: AnchorState,
  signers: ReadonlyMap<string, Sign>,
  entries: readonly AuditEntry[],
): Promise<Committed> {
  const heads = new Map<string, AuditHead>();
  const rows = new Array<StoredRow>();
  const at = now();
  const append = (contents: Omit<UnsignedRow, 'sequence' | 'at'>): number => {
    const { organization, phase, operation, actor, subject, result, intent } = contents;
    const head = heads.get(organization);
    const sign = signers.get(organization);
    if (head === undefined || sign === undefined) throw new TypeError('every organization of a commit is looked at');
    const sequence = head.sequence + 1;
    const row = { organization, sequence, at, phase, operation, actor, subject, result, intent, mac: '' };
    row.mac = sign(signedBytes(row, head.mac));
    heads.set(organization, { sequence, mac: row.mac });
    rows.push(row);
    return sequence;
  };
  const breaks = new Array<Found>();
  const beginnings = new Map<string, AuditHead>();
  for (const [organization, sign] of signers) {
    const end = await readEnd(transaction, organization, statements);
    const { sequence, mac, first, joins, found } = await continueLog(transaction, organization, end, {
      anchor: trusted,
      sign,
      // Of what it has written itself, a writer's anchor has something.
      isShared: isShared && !own.has(organization),
    });
    heads.set(organization, { sequence, mac });
    if (first) beginnings.set(organization, { sequence: 0, mac: chainStart });
    const common = { organization, actor: 'orchestrator', intent: null };
    if (found !== undefined)
      breaks.push({
        organization,
        found,
        sequence: append({
          ...common,
          phase: 'break',
          operation: 'audit.break',
          subject: JSON.stringify(found),
          result: found.kind,
        }),
      });
    else if (joins === true)
      append({
        ...common,
        phase: 'join',
        operation: 'audit.join',
        subject: JSON.stringify({ last: sequence }),
        result: null,
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
  if (beginnings.size > 0) {
    anchor.adopt(known);
    await anchor.write(beginnings);
  }
  await insert(transaction, rows, statements);
  await writeHeads(transaction, heads, statements);
  for (const [index, { organization, phase, subject }] of entries.entries()) {
    const sign = signers.get(organization);
    if (phase !== 'cut' || sign === undefined) continue;
    const { through } = cutSubject.parse(subject);
    // What the head says by itself is not signed; a cut that removes less than an earlier one changes nothing.
    const { after } = await readBeginning(transaction, organization, sign);
    if (after < through) await noteCut(transaction, organization, sequences[index] ?? 0, through);
  }
  return { sequences, heads, breaks };
}

/** A statement takes a bounded number of values. */
const rowsPerInsert = 100;

/** Compiled once for each number of rows: building the statement costs more than running it. */
async function insert(
  transaction: Kysely<OrchestratorTables>,
  rows: readonly StoredRow[],
  statements: Statements,
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const some = rows.slice(start, start + rowsPerInsert);
    const name = `insert ${some.length}`;
    const text = statements.get(name) ?? transaction.insertInto('audit_rows').values(some).compile().sql;
    statements.set(name, text);
    const parameters = new Array<unknown>();
    // In the order of the columns in which `append` makes each row, and the statement names them.
    for (const { organization, sequence, at, phase, operation, actor, subject, result, intent, mac } of some)
      parameters.push(organization, sequence, at, phase, operation, actor, subject, result, intent, mac);
    await transaction.executeQuery(CompiledQuery.raw(text, parameters));
  }
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
