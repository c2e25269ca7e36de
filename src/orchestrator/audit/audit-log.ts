import { DatabaseUnavailableError } from '../../database/unavailable.ts';
import type { AuditHead } from './anchor.ts';
import { commit, tryWriting, UnsignableError, type Writer } from './commit.ts';
import { requestIdField, type AuditEntry } from './entry.ts';
import type { AuditLogServices } from './services.ts';
import { outsideRequests, requestId } from '../request-scope.ts';
import { isHeld } from './heads.ts';
import { createRowQueue, type AppendedUntil, type WaitingRow } from './row-queue.ts';
import { createWaitingHeads } from './waiting-heads.ts';

export interface AuditLog {
  /**
   * Resolves to the row's sequence; rejects if it could not be written.
   * @param until `committed`: what is committed to the same database from then on is on no disk without the row;
   * default: the row is durable
   */
  append(entry: AuditEntry, until?: AppendedUntil): Promise<number>;
  /** Rejects with what would keep a row from being written now; leaves none. */
  probe(): Promise<void>;
  /**
   * Compares every organization's log with the anchor and records each break. To be called before the first request.
   */
  examine(): Promise<void>;
  /** Whether this very process has written rows of an organization, so that its anchor has something of them. */
  hasWritten(organization: string): boolean;
  /** Resolves when the anchor has every row that was appended, or cannot be written. */
  settle(): Promise<void>;
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
  const rows = createRowQueue();
  /** How many write at the same time, as far as the last commit has shown. */
  let writers = 0;
  let mustExamine = false;
  /** Whether the last rows that waited for disk and anchor are there: else each row waits. */
  let areTrusted = true;
  /** Of rows that are committed, and that no sync has vouched for yet. */
  const committedHeads = new Map<string, AuditHead>();
  let mustVouch = false;
  let committing: Promise<void> | undefined;

  function start(): void {
    // Rows of several requests share a commit, and none of them waits behind what other requests hold.
    committing ??= outsideRequests(commitAll);
  }

  async function commitAll(): Promise<void> {
    while (rows.count() > 0 || mustExamine || mustVouch) {
      await gather();
      const batch = rows.take();
      const examined = mustExamine ? 'every' : 'own';
      const isVouched = mustVouch;
      const isAwaited = mustExamine || mustVouch || batch.some(({ until }) => until === 'durable');
      mustExamine = false;
      mustVouch = false;
      try {
        const committed = await commitRows(
          batch.flatMap(({ entry }) => entry ?? []),
          examined,
        );
        const resolveAll = (...which: readonly AppendedUntil[]): void => {
          for (const [index, { until, resolve }] of batch.entries())
            if (which.includes(until)) resolve(committed.sequences[index] ?? 0);
        };
        // What was found of every log is not found again once the anchor has it.
        const isOrdinary = committed.examined === 'own';
        if (isOrdinary) resolveAll('committed');
        if (isOrdinary && !isAwaited) continue;
        await vouch(isOrdinary ? 'soon' : 'now');
        resolveAll('committed', 'durable');
        areTrusted = true;
      } catch (error) {
        if (fail(batch, error) === 'one') {
          mustExamine ||= examined === 'every';
          mustVouch ||= isVouched;
        }
      } finally {
        writers = batch.length + rows.count();
      }
    }
    // In the turn of the last look, or a row that comes after it would wait for ever.
    committing = undefined;
  }

  /** @returns whose fault it was: that of one organization is none of the others */
  function fail(batch: readonly WaitingRow[], error: unknown): 'one' | 'all' {
    // Without a row of theirs, it is nobody's log that is held.
    if (isHeld(error) && batch.length > 0) {
      const late = rows.hold(batch);
      if (late.length > 0) refuse(late, heldTooLong(error.code));
      return 'one';
    }
    if (error instanceof UnsignableError) {
      const isIts = ({ entry }: WaitingRow): boolean => entry?.organization === error.organization;
      rows.putBack(batch.filter((row) => !isIts(row)));
      refuse(batch.filter(isIts), error);
      return 'one';
    }
    areTrusted = false;
    refuse(batch, error);
    return 'all';
  }

  function refuse(refused: readonly WaitingRow[], error: unknown): void {
    services.listener.failed(error);
    for (const { reject } of refused) reject(error);
  }

  /**
   * Goes on while each turn of the event loop brings more: the server is busy then, and one commit serves several. Half
   * of those who write are enough: the others work while the disk takes these.
   */
  async function gather(): Promise<void> {
    const end = performance.now() + longestGathering;
    const enough = Math.min(writers / 2, mostGathered);
    let before = 0;
    while (rows.count() > before && rows.count() < enough && performance.now() < end) {
      before = rows.count();
      await endOfTurn();
    }
  }

  function wait(entry: AuditEntry | undefined, until: AppendedUntil): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    rows.add({ entry, until, since: performance.now(), resolve, reject });
    start();
    return promise;
  }

  async function commitRows(entries: readonly AuditEntry[], examined: 'own' | 'every') {
    const committed = await commit(writer, entries, examined);
    for (const { organization, sequence, found } of committed.breaks)
      services.listener.broken(organization, sequence, found);
    for (const [organization, head] of committed.heads) committedHeads.set(organization, head);
    return committed;
  }

  /** For every row that was committed before: a sync vouches for all of them. */
  async function vouch(when: 'now' | 'soon'): Promise<void> {
    await services.durable();
    // Not before: an anchor that is ahead of what a loss of power leaves would look like a cut.
    const durableHeads = new Map(committedHeads);
    committedHeads.clear();
    await heads.add(durableHeads, when);
  }

  return {
    append(entry, until = 'durable') {
      const refusal = entry.phase === 'outcome' ? undefined : services.refusal?.();
      if (refusal !== undefined) return Promise.reject(refusal);
      const mayGoOn = areTrusted && !heads.isFailing();
      return wait(ofRequest(entry), mayGoOn ? until : 'durable');
    },
    async probe() {
      await tryWriting(services.database);
      await wait(undefined, 'durable');
    },
    async examine() {
      await services.anchor.sweep();
      await commitRows([], 'every');
      await vouch('now');
    },
    hasWritten: (organization) => writer.heads.has(organization),
    async settle() {
      mustVouch = committedHeads.size > 0;
      if (mustVouch) start();
      await committing;
      await heads.settle();
      await committing;
    },
  };
}

function heldTooLong(code: string): DatabaseUnavailableError {
  return new DatabaseUnavailableError(code, `another transaction holds the organization's audit log (${code})`);
}

/** In the subject: releases that know of no request read, chain and verify such rows like any other. */
function ofRequest(entry: AuditEntry): AuditEntry {
  const id = entry.requestId ?? requestId();
  return id === undefined ? entry : { ...entry, subject: { ...entry.subject, [requestIdField]: id } };
}
