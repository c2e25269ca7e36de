/**
 * The database server could not be queried, or its answer was lost: a change under way was made or not, and nobody
 * knows which. The next attempt connects again.
 */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  /** The server's SQLSTATE, the system's code, `pool_full`, or `ECONNRESET` where there is none of them. */
  readonly code: string;

  constructor(code: string, message = `the database server cannot be reached (${code})`) {
    super(message);
    this.code = code;
  }

  static is(error: unknown): error is DatabaseUnavailableError {
    return error instanceof DatabaseUnavailableError;
  }
}

/**
 * What the server itself says that makes it of no use for now (PostgreSQL manual, appendix A): connection exceptions,
 * refused credentials, no resources, ended by the operator or starting, gave up waiting, read-only after a failover.
 */
const ofNoUse = /^(?:08...|28...|53...|57P0.|57014|25006|25P03)$/;

/** `insufficient_privilege` (PostgreSQL manual, appendix A): for as long as nobody grants it. */
export const lacksRight = '42501';

/**
 * @param user whom the server knows us as
 * @returns `undefined`: an error of the statement alone
 */
export function refusalOf(
  { code = '', message }: { readonly code?: string | undefined; readonly message: string },
  user: string | undefined,
): DatabaseUnavailableError | undefined {
  // The server names the table or the schema, and no value.
  if (code === lacksRight)
    return new DatabaseUnavailableError(
      code,
      `the database user ${JSON.stringify(user)} lacks a right: ${message} (${code})`,
    );
  return ofNoUse.test(code)
    ? new DatabaseUnavailableError(code, `the database server cannot serve now (${code})`)
    : undefined;
}

type Told = readonly [code: string, message: string];

const noneFree: Told = ['pool_full', 'no connection to the database server became free in time'];

/** What the driver gives no code: `pg-pool/index.js`, `pg/lib/client.js`. */
const ownTimeouts: ReadonlyMap<string, Told> = new Map<string, Told>([
  ['timeout exceeded when trying to connect', noneFree],
  ['Query read timeout', ['ETIMEDOUT', 'the database server did not answer a statement in time']],
  ['Connection terminated due to connection timeout', ['ETIMEDOUT', 'the database server cannot be reached in time']],
]);

export function poolFull(): DatabaseUnavailableError {
  const [code, message] = noneFree;
  return new DatabaseUnavailableError(code, `${message} (${code})`);
}

/** @param error of the driver or the system, not of the server: its message may name anything */
export function lostConnection(error: unknown): DatabaseUnavailableError {
  const [timeout, message] = (error instanceof Error && ownTimeouts.get(error.message)) || [];
  if (timeout !== undefined) return new DatabaseUnavailableError(timeout, `${message} (${timeout})`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new DatabaseUnavailableError(/^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : 'ECONNRESET');
}
