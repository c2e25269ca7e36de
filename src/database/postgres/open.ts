import { Kysely, sql } from 'kysely';
import type { PoolConfig } from 'pg';
import { readPlainFile, fileProblem } from '../../files/plain-file.ts';
import { DatabaseError } from '../database-error.ts';
import { divideQueue } from '../transaction-queues.ts';
import { logFor, type DatabaseObserver } from '../observer.ts';
import { DatabaseUnavailableError } from '../unavailable.ts';
import { parseAddress, type PostgresAddress } from './address.ts';
import { ServerDialect } from './dialect.ts';
import { statementTimeouts } from './limits.ts';
import type { Holder } from './places.ts';

/** Which PostgreSQL, and what it takes to get in. */
export interface PostgresSettings {
  readonly url: string;
  /** Holds the password in the place of the URL's; read for each connection, so that a new one counts at once. */
  readonly passwordFile?: string | undefined;
}

/** Who measures, and for whom the work is. */
export interface DatabaseUse {
  readonly observer?: DatabaseObserver | undefined;
  readonly holder?: (() => Holder | undefined) | undefined;
}

const maxPasswordBytes = 4_096;
const maxCaBytes = 1_048_576;
const name = 'kici-orchestrator';

/**
 * Opens a PostgreSQL and looks whether it is one that can be used.
 * @param purpose decides how long a statement may take
 * @param use default: nobody measures, and all work is the server's own
 * @throws DatabaseError `bad_address`, `cannot_open`
 */
export async function openPostgres<Tables>(
  settings: PostgresSettings,
  purpose: keyof typeof statementTimeouts = 'serving',
  { observer, holder }: DatabaseUse = {},
): Promise<Kysely<Tables>> {
  const address = parseAddress(settings.url);
  const config = await connectionTo(address, settings.passwordFile);
  // Imported by those alone who have a server.
  const { createPool } = await import('./pool.ts');
  const timeoutMs = statementTimeouts[purpose];
  const dialect = new ServerDialect(createPool(config, timeoutMs, { observer, holder }), timeoutMs);
  const database = new Kysely<Tables>({ dialect, ...logFor(observer) });
  try {
    await requireUsable(database);
    if (holder !== undefined) divideQueue(database, () => holder()?.name ?? '');
    return database;
  } catch (error) {
    await database.destroy();
    throw error instanceof DatabaseError ? error : cannotOpen(address, error);
  }
}

async function connectionTo(
  { host, port, database, user, password, tls }: PostgresAddress,
  passwordFile: string | undefined,
): Promise<PoolConfig> {
  if (passwordFile !== undefined && password !== undefined)
    throw new DatabaseError(
      'bad_address',
      'both the database URL and a file give a password',
      'keep one of them: take the password out of the URL, or leave KICI_DATABASE_PASSWORD_FILE out',
    );
  const readPassword = passwordFile === undefined ? undefined : () => passwordIn(passwordFile);
  await readPassword?.();
  const ca = tls?.caFile === undefined ? undefined : await read(tls.caFile, maxCaBytes, 'certificate authority');
  return {
    host,
    port,
    database,
    user,
    // Never what the environment of the process says.
    password: readPassword ?? password ?? '',
    application_name: name,
    ssl: tls === undefined ? false : { rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
  };
}

async function passwordIn(file: string): Promise<string> {
  return (await read(file, maxPasswordBytes, 'password')).replace(/\r?\n$/, '');
}

async function read(file: string, maxBytes: number, what: string): Promise<string> {
  try {
    return (await readPlainFile(file, { maxBytes, links: 'follow' })).toString('utf8');
  } catch (error) {
    throw new DatabaseError(
      'cannot_open',
      `cannot read the ${what} for the database from ${file} (${fileProblem(error)})`,
      'check the path and its permissions: KICI_DATABASE_PASSWORD_FILE, or sslrootcert of KICI_DATABASE_URL',
    );
  }
}

interface ServerFacts {
  readonly encoding: string;
  readonly schema: string | null;
  readonly read_only: string;
  readonly synchronous_commit: string;
}

/** @throws DatabaseError `cannot_open`, and what the server says */
async function requireUsable<Tables>(database: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<ServerFacts>`select current_setting('server_encoding') as encoding,
    current_schema() as schema, current_setting('transaction_read_only') as read_only,
    current_setting('synchronous_commit') as synchronous_commit`.execute(database);
  const facts = rows[0];
  if (facts?.encoding !== 'UTF8')
    throw new DatabaseError(
      'cannot_open',
      `the database is encoded in ${facts?.encoding}, which cannot hold every name`,
      "make one with `create database … encoding 'UTF8' template template0`",
    );
  if (facts.schema === null)
    throw new DatabaseError(
      'cannot_open',
      'the search path of the database user names no schema that exists and that it may use',
      'create the schema, or run `grant usage on schema … to …`, or set search_path for the user with `alter role … set search_path`',
    );
  if (facts.read_only === 'on')
    throw new DatabaseError(
      'cannot_open',
      'the database server takes no writes: it is a standby, or set to read-only',
      'point KICI_DATABASE_URL to the primary',
    );
  if (facts.synchronous_commit === 'off')
    throw new DatabaseError(
      'cannot_open',
      'the database server answers before a commit is on its disk (synchronous_commit is off), so what was acknowledged could be lost',
      'set synchronous_commit to on, for the server or with `alter role … set synchronous_commit = on`',
    );
}

/** Nothing of the URL but where it leads: it may hold a password. */
function cannotOpen({ host, port, database, user }: PostgresAddress, error: unknown): DatabaseError {
  const reason = DatabaseUnavailableError.is(error) || hasCode(error) ? error.code : 'unknown reason';
  return new DatabaseError(
    'cannot_open',
    `cannot open the database ${JSON.stringify(database)} at ${host}:${port} as ${JSON.stringify(user)} (${reason})`,
    'check that the server runs, that the database exists and that user, password and certificate are right: KICI_DATABASE_URL, KICI_DATABASE_PASSWORD_FILE',
  );
}

function hasCode(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
