/**
 * The database server could not be queried, or its answer was lost: a change under way was made or not, and nobody
 * knows which. The next attempt connects again.
 */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  /** The server's SQLSTATE, the system's code, `NO_FREE_CONNECTION`, or `ECONNRESET` where there is none. */
  readonly code: string;

  /** @param message default: it cannot be reached */
  constructor(code: string, message = 'the database server cannot be reached') {
    super(`${message} (${code})`);
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

export function isOfNoUse(sqlState: string | undefined): boolean {
  return sqlState !== undefined && ofNoUse.test(sqlState);
}

/** @param error of the driver or the system, not of the server: its message may name anything */
export function lostConnection(error: unknown): DatabaseUnavailableError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new DatabaseUnavailableError(/^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : 'ECONNRESET');
}
