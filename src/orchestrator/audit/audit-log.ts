import { commit } from './commit.ts';
import type { AuditEntry } from './entry.ts';
import type { AuditLogServices } from './services.ts';

export interface AuditLog {
  /** Resolves to the row's sequence once it is durable; rejects if it could not be written. */
  append(entry: AuditEntry): Promise<number>;
  /**
   * Compares every organization's log with the anchor and records each break. To be called before the first request.
   */
  examine(): Promise<void>;
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
