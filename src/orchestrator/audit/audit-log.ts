import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditBreak } from './break.ts';
import { commit } from './commit.ts';

export interface AuditEntry {
  readonly organization: string;
  /** `refused`: a policy kept it from being begun. */
  readonly phase: 'intent' | 'outcome' | 'read' | 'refused';
  readonly operation: string;
  readonly actor: string;
  /** Names only. */
  readonly subject: Readonly<Record<string, unknown>>;
  readonly result?: string;
  /** The sequence of the intent that an outcome closes. */
  readonly intent?: number;
}

/** Gives the function that signs an organization's rows. */
export type AuditSigner = (organization: string) => Promise<(bytes: Uint8Array) => string>;

export interface AuditLog {
  /** Resolves to the row's sequence once it is durable; rejects when it could not be written. */
  append(entry: AuditEntry): Promise<number>;
  /** Compares the log of every organization with the anchor, and records each break. Belongs before the first request. */
  examine(): Promise<void>;
}

/** Hears what is for the operator of the server rather than for a caller. */
export interface AuditListener {
  /** Why rows could not be written. */
  failed(error: unknown): void;
  /** A break was recorded, in the row `sequence`. */
  broken(organization: string, sequence: number, found: AuditBreak): void;
}

export interface AuditLogServices {
  readonly database: Kysely<OrchestratorTables>;
  readonly signer: AuditSigner;
  readonly anchor: AuditAnchor;
  readonly now: () => number;
  readonly listener: AuditListener;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows that arrive while a commit is under way share the next one. */
export function createAuditLog(services: AuditLogServices): AuditLog {
  let waiting: Waiting[] = [];
  let committing = false;

  async function commitAll(): Promise<void> {
    committing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const sequences = await commit(
          services,
          batch.map(({ entry }) => entry),
          'own',
        );
        for (const [index, { resolve }] of batch.entries()) resolve(sequences[index] ?? 0);
      } catch (error) {
        services.listener.failed(error);
        for (const { reject } of batch) reject(error);
      }
    }
    committing = false;
  }

  return {
    append(entry) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.push({ entry, resolve, reject });
      if (!committing) void commitAll();
      return promise;
    },
    async examine() {
      await services.anchor.sweep();
      await commit(services, [], 'every');
    },
  };
}
