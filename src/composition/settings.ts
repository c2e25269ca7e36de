import { join } from 'node:path';
import type { PostgresSettings } from '../database/postgres/open.ts';
import type { CertificateFiles } from '../orchestrator/http/certificate.ts';
import type { HttpLimits } from '../orchestrator/http/limits.ts';
import type { TelemetrySettings } from '../telemetry/telemetry.ts';
import type { SignInLimits } from '../orchestrator/sessions/sign-ins.ts';

/** Where the key-encryption key comes from. */
export type KeySource =
  | { readonly kind: 'text'; readonly text: string; readonly name: string }
  | { readonly kind: 'file'; readonly file: string; readonly create: boolean };

/** A PostgreSQL in the place of the database in the data folder. */
export interface DatabaseServer extends PostgresSettings {
  /** By which the tables are made: past a pooler, or as another user; default: `url`. */
  readonly migrationUrl?: string | undefined;
}

/** A place for checkpoints, away from the database. */
export interface AuditSinkSettings {
  readonly to:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'stdout' }
    /** `tokenFile` holds a bearer token. */
    | { readonly kind: 'put'; readonly url: URL; readonly tokenFile: string | undefined };
  /** How old a checkpoint may be before new rows get one. */
  readonly everyMs: number;
  /** Default: 10,000. */
  readonly everyRows?: number;
  /** Whether nothing audited begins while the sink takes no checkpoints. */
  readonly isRequired: boolean;
}

/** Everything that a server is started with. */
export interface ServerSettings {
  /** Holds the anchor of the audit log, and the database where there is no server for it. */
  readonly dataDir: string;
  /** Default: SQLite in the data folder. */
  readonly database?: DatabaseServer | undefined;
  readonly key: KeySource;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: plain HTTP. */
  readonly tls?: CertificateFiles | undefined;
  /** URLs by which clients reach the server, through a proxy or by name; default: none. */
  readonly publicUrls?: readonly URL[];
  /** Whether the page is served, and sign-ins at it. */
  readonly dashboard: boolean;
  /** What clients may use; default: derived from the process's limits. */
  readonly httpLimits?: Partial<HttpLimits>;
  /** Addresses that backends may reach, as CIDR blocks or addresses; `undefined`: all. */
  readonly allowedAddresses: readonly string[] | undefined;
  readonly ambientCredentials: boolean;
  /** Paths that the settings of backends may name. */
  readonly ambientPaths: readonly string[];
  readonly backendPackages: readonly string[];
  /** Set for the default list, from which missing packages are left out. */
  readonly mayLackPackages?: boolean;
  readonly requestTimeoutMs: number;
  /** How long dashboard sessions last; default: 1 hour idle, 12 hours in all. */
  readonly signInLimits?: SignInLimits;
  /** Where checkpoints of the audit log are kept; default: nowhere. */
  readonly auditSink?: AuditSinkSettings | undefined;
  /** What is measured, and where it goes; default: nothing. */
  readonly telemetry?: TelemetrySettings | undefined;
  /** How long a deleted secret of the internal store can be restored; 0: not at all. */
  readonly keepDeletedMs: number;
}

const hourMs = 3_600_000;

export const defaultSignInLimits: SignInLimits = { idleMs: hourMs, lifetimeMs: 12 * hourMs };

export const shippedBackendPackages: readonly string[] = [
  '@kici-dev/secret-backend-vault',
  '@kici-dev/secret-backend-aws',
  '@kici-dev/secret-backend-gcp',
  '@kici-dev/secret-backend-ssm',
  '@kici-dev/secret-backend-sops',
];

export function anchorFile(dataDir: string): string {
  return join(dataDir, 'audit-anchor.json');
}

export function databaseFile(dataDir: string): string {
  return join(dataDir, 'kici.db');
}
