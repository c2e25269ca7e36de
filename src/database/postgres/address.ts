import { DatabaseError } from '../database-error.ts';

/** Where a PostgreSQL is, and how to talk to it. */
export interface PostgresAddress {
  /** A host name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  /** `undefined`: in the clear. Otherwise the server's certificate must be good and name the host. */
  readonly tls: { readonly caFile: string | undefined } | undefined;
}

const defaultPort = 5432;
const verifying = ['require', 'verify-ca', 'verify-full'];
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;
const hint =
  'write it as postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full: correct KICI_DATABASE_URL or --database-url';

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…&sslrootcert=FILE&host=SOCKET-FOLDER`: a part of what
 * libpq takes, in its words; `require` checks the certificate as `verify-full` does. Messages quote nothing of the URL.
 * @throws DatabaseError `bad_address`
 */
export function parseAddress(text: string): PostgresAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw bad('it is not a URL that begins with postgres://');
  const parameters = parametersOf(url);
  const host = parameters.get('host') ?? decoded(url.hostname.replace(/^\[|\]$/g, ''));
  if (host === '') throw bad('it names no host');
  const database = decoded(url.pathname.replace(/^\//, ''));
  const user = decoded(url.username);
  if (user === '') throw bad('it names no user');
  if (database === '' || database.includes('/')) throw bad('it names no database, or more than one');
  return {
    host,
    port: url.port === '' ? defaultPort : Number(url.port),
    database,
    user,
    password: url.password === '' ? undefined : decoded(url.password),
    tls: tlsOf(host, parameters),
  };
}

function parametersOf(url: URL): ReadonlyMap<string, string> {
  const known = ['host', 'sslmode', 'sslrootcert'];
  const parameters = new Map(url.searchParams);
  const unknown = [...parameters.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw bad(`it has a parameter other than ${known.join(', ')}`);
  if (url.hash !== '') throw bad('it has a "#", which a password must write as %23');
  return parameters;
}

function tlsOf(host: string, parameters: ReadonlyMap<string, string>): PostgresAddress['tls'] {
  const mode = parameters.get('sslmode');
  const caFile = parameters.get('sslrootcert');
  if (mode !== undefined && verifying.includes(mode)) return { caFile };
  if (caFile !== undefined) throw bad('it names a certificate authority for a connection without TLS');
  if (mode === 'disable') return undefined;
  if (mode !== undefined) throw bad(`sslmode is one of disable, ${verifying.join(', ')}`);
  if (host.startsWith('/') || loopback.test(host)) return undefined;
  throw bad('it does not say whether the connection to another machine is encrypted');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw bad('it holds a "%" that begins no escape; a password must write it as %25');
  }
}

function bad(reason: string): DatabaseError {
  return new DatabaseError('bad_address', `the database URL cannot be used: ${reason}`, hint);
}
