import { commit, type Writer } from './commit.ts';
import { requestIdField, type AuditEntry } from './entry.ts';
import type { AuditLogServices } from './services.ts';
import { requestId } from '../request-scope.ts';
import { createWaitingHeads } from './waiting-heads.ts';

export interface AuditLog {
  /** Resolves to the row's sequence once it is durable; rejects if it could not be written. */
  append(entry: AuditEntry): Promise<number>;
  /**
   * Compares every organization's log with the anchor and records each break. To be called before the first request.
   */
  examine(): Promise<void>;
  /** Whether this very process has written rows of an organization, so that its anchor has something of them. */
  hasWritten(organization: string): boolean;
  /** Resolves when the anchor has every row that was appended, or cannot be written. */
  settle(): Promise<void>;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** A commit with so many does not wait for more. */
const mostGathered = 128;
/** Nor does one whose first row has waited for so long: turns that work hard would make it late. In milliseconds. */
const longestGathering = 20;

const endOfTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/**
 * Rows that arrive while a commit is under way, or the disk takes it, share the next one. The anchor follows within a
 * moment, whatever it may miss of a killed server's last rows; while it cannot be written, no row is either.
 */
export function createAuditLog(services: AuditLogServices): AuditLog {
  const writer: Writer = { ...services, heads: new Map(), statements: new Map() };
  const heads = createWaitingHeads(services.anchor, {
    failed: (error) => {
      services.listener.failed(error);
    },
    foreign: () => {
      mustExamine = true;
      start();
    },
  });
  let waiting: Waiting[] = [];
  /** How many write at the same time, as far as the last commit has shown. */
  let writers = 0;
  let mustExamine = false;
  let committing: Promise<void> | undefined;

  function start(): void {
    committing ??= commitAll();
  }

  async function commitAll(): Promise<void> {
    while (waiting.length > 0 || mustExamine) {
      await gather();
      const batch = waiting;
      const examined = mustExamine ? 'every' : 'own';
      waiting = [];
      mustExamine = false;
      try {
        const sequences = await append(
          batch.map(({ entry }) => entry),
          examined,
        );
        for (const [index, { resolve }] of batch.entries()) resolve(sequences[index] ?? 0);
      } catch (error) {
        services.listener.failed(error);
        for (const { reject } of batch) reject(error);
      }
      writers = batch.length + waiting.length;
    }
    // In the turn of the last look, or a row that comes after it would wait for ever.
    committing = undefined;
  }

  /**
   * Goes on while each turn of the event loop brings more: the server is busy then, and one commit serves several. Half
   * of those who write are enough: the others work while the disk takes these.
   */
  async function gather(): Promise<void> {
    const end = performance.now() + longestGathering;
    const enough = Math.min(writers / 2, mostGathered);
    let before = 0;
    while (waiting.length > before && waiting.length < enough && performance.now() < end) {
      before = waiting.length;
      await endOfTurn();
    }
  }

  async function append(entries: readonly AuditEntry[], examined: 'own' | 'every'): Promise<readonly number[]> {
    const committed = await commit(writer, entries, examined);
    for (const { organization, sequence, found } of committed.breaks)
      services.listener.broken(organization, sequence, found);
    await services.durable();
    // Not before: an anchor that is ahead of what a loss of power leaves would look like a cut.
    await heads.add(committed.heads, committed.examined === 'every' ? 'now' : 'soon');
    return committed.sequences;
  }

  return {
    append(entry) {
      const refusal = entry.phase === 'outcome' ? undefined : services.refusal?.();
      if (refusal !== undefined) return Promise.reject(refusal);
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.push({ entry: ofRequest(entry), resolve, reject });
      start();
      return promise;
    },
    async examine() {
      await services.anchor.sweep();
      await append([], 'every');
    },
    hasWritten: (organization) => writer.heads.has(organization),
    async settle() {
      await committing;
      await heads.settle();
      await committing;
    },
  };
}

/** In the subject: releases that know of no request read, chain and verify such rows like any other. */
function ofRequest(entry: AuditEntry): AuditEntry {
  const id = entry.requestId ?? requestId();
  return id === undefined ? entry : { ...entry, subject: { ...entry.subject, [requestIdField]: id } };
}
