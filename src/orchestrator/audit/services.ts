import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditBreak } from './break.ts';

/** Returns the function that signs an organization's rows. */
export type AuditSigner = (organization: string) => Promise<(bytes: Uint8Array) => string>;

/** Hears what concerns the server's operator rather than a caller. */
export interface AuditListener {
  /** Rows could not be written: those of one organization, or of all. */
  failed(error: unknown, organization?: string): void;
  /** Another transaction holds a log, which is examined when it is next written to. */
  leftOut(organization: string): void;
  /** A break was recorded, in the row `sequence`. */
  broken(organization: string, sequence: number, found: AuditBreak): void;
}

export interface AuditLogServices {
  readonly database: Kysely<OrchestratorTables>;
  readonly signer: AuditSigner;
  readonly anchor: AuditAnchor;
  /** Whether orchestrators of other machines, with anchors of their own, may write these logs too. */
  readonly isShared: boolean;
  /** Resolves once what was committed is on the disk. */
  readonly durable: () => Promise<void>;
  readonly now: () => number;
  /** Why nothing may begin for now; it holds up no outcome of what has begun. */
  readonly refusal?: () => Error | undefined;
  readonly listener: AuditListener;
}
