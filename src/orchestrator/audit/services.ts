import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditBreak } from './break.ts';

/** Gives the function that signs an organization's rows. */
export type AuditSigner = (organization: string) => Promise<(bytes: Uint8Array) => string>;

/** Hears what is for the operator of the server rather than for a caller. */
export interface AuditListener {
  /** Why rows could not be written. */
  failed(error: unknown): void;
  /** A break was recorded, in the row `sequence`. */
  broken(organization: string, sequence: number, found: AuditBreak): void;
}

/** What the log works with. */
export interface AuditLogServices {
  readonly database: Kysely<OrchestratorTables>;
  readonly signer: AuditSigner;
  readonly anchor: AuditAnchor;
  /** Resolves once what was committed is on the disk. */
  readonly durable: () => Promise<void>;
  readonly now: () => number;
  readonly listener: AuditListener;
}
