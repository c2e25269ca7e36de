import { join } from 'node:path';

/** Where the key-encryption key comes from. */
export type KeySource =
  | { readonly kind: 'text'; readonly text: string; readonly name: string }
  | { readonly kind: 'file'; readonly file: string; readonly create: boolean };

/** All that a server is started with. */
export interface ServerSettings {
  readonly dataDir: string;
  readonly key: KeySource;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Addresses that backends may reach, as CIDR blocks or addresses; `undefined`: all. */
  readonly allowedAddresses: readonly string[] | undefined;
  readonly ambientCredentials: boolean;
  /** Paths that the settings of backends may name. */
  readonly ambientPaths: readonly string[];
  /** Packages that bring types of backends. */
  readonly backendPackages: readonly string[];
  /** Set where nobody named them: those of the usual list that are not installed are left out. */
  readonly mayLackPackages?: boolean;
  readonly requestTimeoutMs: number;
}

export const shippedBackendPackages: readonly string[] = [
  '@kici-dev/secret-backend-vault',
  '@kici-dev/secret-backend-aws',
  '@kici-dev/secret-backend-gcp',
];

export function databaseFile(dataDir: string): string {
  return join(dataDir, 'kici.db');
}
