import { isDeepStrictEqual } from 'node:util';
import { sql, type Kysely } from 'kysely';
import { DatabaseError } from '../../database/database-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { openKeyring, type Keyring } from '../../keyring/keyring.ts';
import { createFileAnchor } from '../../orchestrator/audit/anchor.ts';
import { verifyAudit, type AuditVerification } from '../../orchestrator/audit/verify.ts';
import type { AllTables } from '../all-tables.ts';
import { readKey } from '../read-key.ts';
import { anchorFile, databaseFile, type DatabaseServer, type KeySource } from '../settings.ts';
import { openServer, requireDatabase } from '../storage.ts';
import { copyTable, countRows } from './copy.ts';
import { openSource, openUnusedSource, unreadable, type MoveSource, type SourceTable } from './source.ts';

export interface Move {
  /** The data folder. */
  readonly from: string;
  readonly to: DatabaseServer;
  readonly key: KeySource;
}

export interface Moved {
  readonly rows: number;
  readonly organizations: readonly {
    readonly name: string;
    readonly auditRows: number;
    /** As it was in the source: what was wrong there is wrong here. */
    readonly auditIntact: boolean;
  }[];
}

/**
 * Copies an installation from the embedded database of a data folder into a PostgreSQL that holds none. One that was
 * interrupted goes on where it was. The source is only read.
 * @throws DatabaseError, KeyringError
 */
export async function moveData(move: Move): Promise<Moved> {
  requireDatabase(move.from);
  try {
    return await moveReadable(move);
  } catch (error) {
    throw unreadable(databaseFile(move.from), error);
  }
}

async function moveReadable({ from, to, key }: Move): Promise<Moved> {
  const { key: kek } = await readKey(key);
  const source = await openUnusedSource(databaseFile(from));
  try {
    const target = await openServer(to);
    try {
      await begin(target, source);
      const [keys, others] = [source.tables.filter(isOfKeyring), source.tables.filter((table) => !isOfKeyring(table))];
      for (const table of keys) await copyTable(source, target, table);
      // Before the rest, so that a wrong key is told at once.
      const keyring = await openKeyring(target, kek, Date.now);
      for (const table of others) await copyTable(source, target, table);
      await requireComplete(target, source);
      // By itself the server would look at what was copied after a minute, and search badly until then.
      for (const { name } of source.tables) await sql`analyze ${sql.table(name)}`.execute(target);
      const organizations = await verifyCopies(from, keyring, source, target);
      await requireUnchanged(from, source);
      await target.updateTable('data_moves').set({ done: 1 }).execute();
      return { rows: source.tables.reduce((sum, { rows }) => sum + rows, 0), organizations };
    } finally {
      await target.destroy();
    }
  } finally {
    await source.close();
  }
}

function isOfKeyring({ name }: SourceTable): boolean {
  return ['key_check', 'data_keys', 'active_data_keys'].includes(name);
}

/** @throws DatabaseError `not_empty` where something else is there */
async function begin(target: Kysely<AllTables>, { digest, tables }: MoveSource): Promise<void> {
  await inTransaction(target, async (transaction) => {
    const move = await transaction.selectFrom('data_moves').select(['source', 'done']).executeTakeFirst();
    if (move?.source === digest && move.done === 0) return;
    const counts = await Promise.all(tables.map((table) => countRows(transaction, table)));
    if (move !== undefined || counts.some((count) => count > 0))
      throw new DatabaseError(
        'not_empty',
        move?.done === 0
          ? 'the database holds a part of another installation, or the data folder was changed since'
          : 'the database holds an installation already',
        'nothing was changed; stop every orchestrator over the data folder and name an empty database',
      );
    await transaction.insertInto('data_moves').values({ id: 1, source: digest, done: 0 }).execute();
  });
}

/** @throws DatabaseError `move_failed` */
async function requireComplete(target: Kysely<AllTables>, { tables }: MoveSource): Promise<void> {
  for (const table of tables) {
    const count = await countRows(target, table);
    if (count !== table.rows)
      throw failed(
        `the table ${table.name} has ${count} rows in the place of ${table.rows}: somebody else writes to it`,
      );
  }
}

/**
 * The log of each organization says the same there as here, down to what is wrong with it.
 * @throws DatabaseError `move_failed`
 */
async function verifyCopies(
  folder: string,
  keyring: Keyring,
  source: MoveSource,
  target: Kysely<AllTables>,
): Promise<Moved['organizations']> {
  const anchor = createFileAnchor(anchorFile(folder));
  const names = await source.database.selectFrom('audit_rows').select('organization').distinct().execute();
  const verify = (database: Kysely<AllTables>, name: string): Promise<AuditVerification> =>
    verifyAudit(database, (organization) => keyring.signer(organization), anchor, name);
  const verified = new Array<Moved['organizations'][number]>();
  for (const { organization: name } of names) {
    const [here, there] = [await verify(source.database, name), await verify(target, name)];
    if (!isDeepStrictEqual(here, there)) throw failed(`the audit log of ${name} does not say the same there as here`);
    verified.push({ name, auditRows: there.rows, auditIntact: there.intact });
  }
  return verified;
}

/** @throws DatabaseError `move_failed` */
async function requireUnchanged(folder: string, { digest }: MoveSource): Promise<void> {
  const now = await openSource(databaseFile(folder));
  await now.close();
  if (now.digest !== digest) throw failed('an orchestrator has written to the data folder meanwhile');
}

function failed(reason: string): DatabaseError {
  return new DatabaseError(
    'move_failed',
    `the installation was not moved: ${reason}`,
    'the data folder is as it was; stop every orchestrator over both, and begin again with an empty database',
  );
}
