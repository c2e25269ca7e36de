import type { Kysely } from 'kysely';

/** Whoever is let through holds all others back no longer: they have clients who wait. */
const longestHoldMs = 1_000;

/** Transactions that wait for each other where they meet. */
export interface Lane {
  /** Nothing new begins until the answer is called, or for as long as others may be held back. */
  holdBack(): () => void;
  /** Waits once: those who are let through later must not make it wait again and again. */
  turn(): Promise<unknown>;
  /** Those who met others would go on meeting each other. */
  oneByOne<T>(run: () => Promise<T>): Promise<T>;
}

interface Lanes {
  readonly current: () => string;
  readonly inUse: Map<string, { readonly lane: Lane; users: number }>;
}

/** By what is the same for every view of a database. */
const known = new WeakMap<object, Lanes>();

/**
 * Keeps transactions apart that need not wait for each other; default: a database has one lane.
 * @param current names the lane of the present work
 */
export function divideIntoLanes<Tables>(database: Kysely<Tables>, current: () => string): void {
  known.set(database.getExecutor(), { current, inUse: new Map() });
}

/** Runs work in the lane that it belongs to. */
export async function inLane<Tables, T>(database: Kysely<Tables>, work: (lane: Lane) => Promise<T>): Promise<T> {
  const place = database.getExecutor();
  const lanes = known.get(place) ?? { current: () => '', inUse: new Map() };
  known.set(place, lanes);
  const name = lanes.current();
  const used = lanes.inUse.get(name) ?? { lane: createLane(), users: 0 };
  lanes.inUse.set(name, used);
  used.users += 1;
  try {
    return await work(used.lane);
  } finally {
    used.users -= 1;
    if (used.users === 0) lanes.inUse.delete(name);
  }
}

function createLane(): Lane {
  const preferred = new Set<Promise<void>>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    holdBack() {
      const { promise, resolve } = Promise.withResolvers<void>();
      preferred.add(promise);
      const letGo = (): void => {
        clearTimeout(timer);
        preferred.delete(promise);
        resolve();
      };
      const timer = setTimeout(letGo, longestHoldMs);
      return letGo;
    },
    turn: () => Promise.all(preferred),
    oneByOne(run) {
      const own = last.then(run, run);
      last = own.catch(() => undefined);
      return own;
    },
  };
}
