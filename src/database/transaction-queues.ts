import type { Kysely } from 'kysely';

/** Whoever is let through holds all others back no longer: they have clients who wait. */
const longestHoldMs = 1_000;

/** Transactions that wait for each other where they meet. */
export interface Queue {
  /** Nothing new begins until the answer is called, or for as long as others may be held back. */
  holdBack(): () => void;
  /** Waits once: those who are let through later must not make it wait again and again. */
  turn(): Promise<unknown>;
  /** Those who met others would go on meeting each other. */
  oneByOne<T>(run: () => Promise<T>): Promise<T>;
}

interface Queues {
  readonly current: () => string;
  readonly inUse: Map<string, { readonly queue: Queue; users: number }>;
}

/** By what is the same for every view of a database. */
const known = new WeakMap<object, Queues>();

/**
 * Keeps transactions apart that need not wait for each other; default: all of a database are in one.
 * @param current names the queue of the present work
 */
export function divideQueue<Tables>(database: Kysely<Tables>, current: () => string): void {
  known.set(database.getExecutor(), { current, inUse: new Map() });
}

/** Runs work in the queue that it belongs to. */
export async function inQueue<Tables, T>(database: Kysely<Tables>, work: (queue: Queue) => Promise<T>): Promise<T> {
  const place = database.getExecutor();
  const queues = known.get(place) ?? { current: () => '', inUse: new Map() };
  known.set(place, queues);
  const name = queues.current();
  const used = queues.inUse.get(name) ?? { queue: createQueue(), users: 0 };
  queues.inUse.set(name, used);
  used.users += 1;
  try {
    return await work(used.queue);
  } finally {
    used.users -= 1;
    if (used.users === 0) queues.inUse.delete(name);
  }
}

function createQueue(): Queue {
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
