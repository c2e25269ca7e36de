import { BackendError, type FailureCode } from '@kici-dev/secret-backend';

interface Failure {
  readonly code: FailureCode;
  readonly detail: string;
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const sqliteFailures: Readonly<Record<number, Failure>> = {
  3: { code: 'permission_denied', detail: 'the database file may not be used' },
  5: { code: 'timeout', detail: 'another process holds the database' },
  6: { code: 'timeout', detail: 'another connection holds a table of the database' },
  8: { code: 'permission_denied', detail: 'the database file cannot be written' },
  11: { code: 'server_error', detail: 'the database file is damaged' },
  13: { code: 'server_error', detail: 'the disk of the database is full' },
  14: { code: 'unreachable', detail: 'the database file cannot be opened' },
  26: { code: 'server_error', detail: 'the file is not a database' },
};

/** Classes of SQLSTATE (PostgreSQL manual, appendix A) and socket errors. */
const serverFailures: readonly (readonly [RegExp, Failure])[] = [
  [
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_|08|57P0|25006)/,
    { code: 'unreachable', detail: 'the database server cannot be reached' },
  ],
  [/^28/, { code: 'unauthenticated', detail: 'the database server did not accept the credentials' }],
  [/^42501$/, { code: 'permission_denied', detail: 'the database server refused access to a table' }],
  [/^53/, { code: 'throttled', detail: 'the database server is out of capacity' }],
  [/^(57014|55P03|25P03)$/, { code: 'timeout', detail: 'the database server did not answer in time' }],
  [/^40/, { code: 'conflict', detail: 'another transaction came in between' }],
];

/** Reduces the driver's error to what an operator may see: its message can quote a statement. */
export function fromDatabase(error: unknown): BackendError {
  const { code, detail } = classify(error);
  return new BackendError(code, { detail });
}

function classify(error: unknown): Failure {
  const unexpected = {
    code: 'server_error',
    detail: `the database failed (${error instanceof Error ? error.name : typeof error})`,
  } as const;
  if (!(error instanceof Error)) return unexpected;
  if ('errcode' in error && typeof error.errcode === 'number') {
    // The lower byte is the primary code.
    return (
      sqliteFailures[error.errcode & 0xff] ?? {
        code: 'server_error',
        detail: `the database failed (SQLite code ${error.errcode})`,
      }
    );
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return serverFailures.find(([pattern]) => pattern.test(code))?.[1] ?? unexpected;
}
