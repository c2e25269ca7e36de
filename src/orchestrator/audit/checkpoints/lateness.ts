import { hasGrown, type KeptLog } from './store.ts';

/** How long rows wait for a checkpoint, as one process has seen it: what the database says of times is anybody's. */
export interface Lateness {
  look(logs: readonly KeptLog[]): void;
  /** Milliseconds that the oldest of them have waited; 0: none wait. */
  waited(): number;
}

/** @param now in milliseconds, of a clock that nobody sets */
export function createLateness(now: () => number = () => performance.now()): Lateness {
  let waiting = new Map<string, { readonly sequence: number; readonly since: number }>();
  return {
    look(logs) {
      const at = now();
      const seen = waiting;
      waiting = new Map();
      for (const log of logs.filter(hasGrown)) {
        const before = seen.get(log.organization);
        const stillWaits = before !== undefined && log.kept < before.sequence;
        waiting.set(log.organization, stillWaits ? before : { sequence: log.sequence, since: at });
      }
    },
    waited: () => Math.max(0, ...waiting.values().map(({ since }) => now() - since)),
  };
}
