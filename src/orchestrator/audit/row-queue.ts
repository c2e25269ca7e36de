import type { AuditEntry } from './entry.ts';

export type AppendedUntil = 'committed' | 'durable';

export interface WaitingRow {
  /** `undefined`: whoever waits only wants to know whether rows can be written. */
  readonly entry: AuditEntry | undefined;
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
  /**
   * All of them; but those of a log that somebody else holds apart, in turn with the others, and those without an entry
   * apart too, so that one organization's lost key does not look like everybody's fault.
   */
  take(): readonly WaitingRow[];
  /** Before all that came meanwhile. */
  putBack(rows: readonly WaitingRow[]): void;
  /**
   * Puts back rows of logs of which somebody holds one: each log's rows are taken apart from now on.
   * @returns those that have waited for too long or have no entry, which are not put back
   */
  hold(rows: readonly WaitingRow[]): readonly WaitingRow[];
}

/** As long as a statement may take. In milliseconds. */
const longestWait = 10_000;

export function createRowQueue(now: () => number = () => performance.now()): RowQueue {
  let waiting: WaitingRow[] = [];
  /** In the order in which they are tried again. */
  const held = new Set<string>();
  let isTurnOfHeld = false;

  /** @param isTaken is asked for an organization, and `undefined` where there is no entry */
  function takeWhere(isTaken: (organization: string | undefined) => boolean): readonly WaitingRow[] {
    const taken = waiting.filter(({ entry }) => isTaken(entry?.organization));
    if (taken.length > 0) waiting = waiting.filter(({ entry }) => !isTaken(entry?.organization));
    return taken;
  }

  const putBack = (rows: readonly WaitingRow[]): void => void (waiting = [...rows, ...waiting]);

  return {
    add: (row) => void waiting.push(row),
    count: () => waiting.length,
    take() {
      const probes = takeWhere((organization) => organization === undefined);
      if (probes.length > 0) return probes;
      const [first] = held;
      isTurnOfHeld = first !== undefined && !isTurnOfHeld;
      if (first === undefined) return takeWhere(() => true);
      const others = isTurnOfHeld
        ? []
        : takeWhere((organization) => organization !== undefined && !held.has(organization));
      if (others.length > 0) return others;
      held.delete(first);
      return takeWhere((organization) => organization === first);
    },
    putBack,
    hold(rows) {
      const end = now() - longestWait;
      const failed = new Array<WaitingRow>();
      const patient = new Array<WaitingRow>();
      for (const row of rows)
        if (row.entry === undefined || row.since <= end) failed.push(row);
        else {
          held.add(row.entry.organization);
          patient.push(row);
        }
      putBack(patient);
      return failed;
    },
  };
}
