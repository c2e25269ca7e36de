import { DatabaseUnavailableError } from '../unavailable.ts';

/** For whom a connection is wanted. The groups take turns, and within a group its names do. */
export interface Holder {
  readonly group: string;
  readonly name: string;
}

/** Who may have a connection of a pool now. */
export interface Places {
  /**
   * @param holder `undefined`: the server's own work, which goes before all others
   * @returns what gives the place back
   * @throws DatabaseUnavailableError when none was free in time
   */
  take(holder: Holder | undefined): Promise<() => void>;
  /** How many wait. */
  waiting(): number;
}

export interface PlaceLimits {
  readonly total: number;
  /** Of these, for the server's own work alone. */
  readonly kept: number;
  readonly longestWaitMs: number;
}

type Begin = () => void;

export function createPlaces({ total, kept, longestWaitMs }: PlaceLimits): Places {
  const own = new Set<Begin>();
  /** In the order of their next turns. */
  const groups = new Map<string, Lines>();
  const taken = { all: 0, byHolders: 0 };
  let waiting = 0;

  const isFree = (holder: Holder | undefined): boolean =>
    taken.all < total && (holder === undefined || taken.byHolders < total - kept);

  /** @returns what gives it back */
  function occupy(holder: Holder | undefined): () => void {
    const byHolders = holder === undefined ? 0 : 1;
    taken.all += 1;
    taken.byHolders += byHolders;
    return () => {
      taken.all -= 1;
      taken.byHolders -= byHolders;
      // One place serves one: whoever it is, there is no other place that has become free.
      const [first] = own;
      if (first !== undefined) first();
      else if (taken.byHolders < total - kept) nextOfHolders(groups)?.();
    };
  }

  function wait(holder: Holder | undefined): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const leave = (): void => {
      clearTimeout(timer);
      waiting -= 1;
      if (holder === undefined) own.delete(begin);
      else groups.get(holder.group)?.remove(holder.name, begin);
    };
    const begin = (): void => {
      leave();
      resolve(occupy(holder));
    };
    const timer = setTimeout(() => {
      leave();
      reject(new DatabaseUnavailableError('NO_FREE_CONNECTION'));
    }, longestWaitMs);
    waiting += 1;
    if (holder === undefined) own.add(begin);
    else {
      const lines = groups.get(holder.group) ?? new Lines();
      groups.set(holder.group, lines);
      lines.add(holder.name, begin);
    }
    return promise;
  }

  return {
    take: (holder) => (isFree(holder) ? Promise.resolve(occupy(holder)) : wait(holder)),
    waiting: () => waiting,
  };
}

function nextOfHolders(groups: Map<string, Lines>): Begin | undefined {
  for (const [group, lines] of groups) {
    const next = lines.next();
    if (next === undefined) continue;
    groups.delete(group);
    groups.set(group, lines);
    return next;
  }
  return undefined;
}

/** One for each name: the names take turns, and within a line it is first come, first served. */
class Lines {
  /** In the order of their next turns. */
  readonly #lines = new Map<string, Set<Begin>>();

  add(name: string, begin: Begin): void {
    this.#lines.set(name, (this.#lines.get(name) ?? new Set()).add(begin));
  }

  remove(name: string, begin: Begin): void {
    const line = this.#lines.get(name);
    line?.delete(begin);
    if (line?.size === 0) this.#lines.delete(name);
  }

  /** It stays until it is removed; its line's next turn is the last. */
  next(): Begin | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [name, line] = first;
    this.#lines.delete(name);
    this.#lines.set(name, line);
    const [begin] = line;
    return begin;
  }
}
