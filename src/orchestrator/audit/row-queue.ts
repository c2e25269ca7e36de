import type { AuditEntry } from './entry.ts';

export type AppendedUntil = 'committed' | 'durable';

export interface WaitingRow {
  readonly entry: AuditEntry;
  readonly until: AppendedUntil;
  /** By the clock of `performance`. */
  readonly since: number;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Rows that wait to be committed. */
export interface RowQueue {
  add(row: WaitingRow): void;
  count(): number;
  /** All of them; but those of a log that somebody else holds apart, in turn with the others. */
  take(): readonly WaitingRow[];
  /**
   * Somebody holds one of their logs: each log's rows are taken apart from now on.
   * @returns those that have waited for too long, which are not put back
   */
  putBack(rows: readonly WaitingRow[]): readonly WaitingRow[];
}

/** As long as a statement may take. In milliseconds. */
const longestWait = 10_000;

export function createRowQueue(now: () => number = () => performance.now()): RowQueue {
  let waiting: WaitingRow[] = [];
  /** In the order in which they are tried again. */
  const held = new Set<string>();
  let isTurnOfHeld = false;

  function takeWhere(isTaken: (organization: string) => boolean): readonly WaitingRow[] {
    const { taken = [], left = [] } = Object.groupBy(waiting, ({ entry }) =>
      isTaken(entry.organization) ? 'taken' : 'left',
    );
    waiting = left;
    return taken;
  }

  return {
    add: (row) => void waiting.push(row),
    count: () => waiting.length,
    take() {
      const [first] = held;
      isTurnOfHeld = first !== undefined && !isTurnOfHeld;
      if (first === undefined) return takeWhere(() => true);
      const others = isTurnOfHeld ? [] : takeWhere((organization) => !held.has(organization));
      if (others.length > 0) return others;
      held.delete(first);
      return takeWhere((organization) => organization === first);
    },
    putBack(rows) {
      const end = now() - longestWait;
      const patient = rows.filter(({ since }) => since > end);
      for (const { entry } of patient) held.add(entry.organization);
      waiting = [...patient, ...waiting];
      return rows.filter(({ since }) => since <= end);
    },
  };
}
