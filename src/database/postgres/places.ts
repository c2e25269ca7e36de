import { poolFull } from '../unavailable.ts';

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
  /** And what it may have at once. */
  readonly mostOfOwn: number;
  /** What one holder may have at once: its requests may all wait for one row. */
  readonly mostOfOne: number;
  readonly longestWaitMs: number;
}

type Begin = () => void;

interface Line {
  taken: number;
  /** First come, first served. */
  readonly waiting: Set<Begin>;
}

export function createPlaces({ total, kept, mostOfOwn, mostOfOne, longestWaitMs }: PlaceLimits): Places {
  const own: Line = { taken: 0, waiting: new Set() };
  const lines = new Lines(mostOfOne);
  let byHolders = 0;
  let waiting = 0;

  const isRoom = (): boolean => own.taken + byHolders < total;
  const isRoomForOwn = (): boolean => isRoom() && own.taken < mostOfOwn;
  const isRoomForHolders = (): boolean => isRoom() && byHolders < total - kept;

  function isFree(holder: Holder | undefined): boolean {
    return holder === undefined ? isRoomForOwn() : isRoomForHolders() && lines.of(holder).taken < mostOfOne;
  }

  /** @returns what gives it back */
  function occupy(holder: Holder | undefined): () => void {
    count(holder, 1);
    return () => {
      count(holder, -1);
      // One place serves one: there is no other that has become free.
      const [first] = own.waiting;
      if (first !== undefined && isRoomForOwn()) first();
      else if (isRoomForHolders()) lines.next()?.();
    };
  }

  function count(holder: Holder | undefined, change: 1 | -1): void {
    if (holder === undefined) own.taken += change;
    else {
      byHolders += change;
      lines.of(holder).taken += change;
      lines.tidy(holder);
    }
  }

  function wait(holder: Holder | undefined): Promise<() => void> {
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const line = holder === undefined ? own : lines.of(holder);
    const leave = (): void => {
      clearTimeout(timer);
      waiting -= 1;
      line.waiting.delete(begin);
    };
    const begin = (): void => {
      leave();
      resolve(occupy(holder));
    };
    const timer = setTimeout(() => {
      leave();
      if (holder !== undefined) lines.tidy(holder);
      reject(poolFull());
    }, longestWaitMs);
    waiting += 1;
    line.waiting.add(begin);
    return promise;
  }

  return {
    take: (holder) => (isFree(holder) ? Promise.resolve(occupy(holder)) : wait(holder)),
    waiting: () => waiting,
  };
}

/** One for each holder. */
class Lines {
  readonly #mostOfOne: number;
  /** Groups, and the names of each, in the order of their next turns. */
  readonly #groups = new Map<string, Map<string, Line>>();

  constructor(mostOfOne: number) {
    this.#mostOfOne = mostOfOne;
  }

  of({ group, name }: Holder): Line {
    const names = this.#groups.get(group) ?? new Map<string, Line>();
    const line = names.get(name) ?? { taken: 0, waiting: new Set() };
    this.#groups.set(group, names.set(name, line));
    return line;
  }

  /** Forgets one that has nothing and wants nothing. */
  tidy({ group, name }: Holder): void {
    const names = this.#groups.get(group);
    const line = names?.get(name);
    if (line?.taken === 0 && line.waiting.size === 0) names?.delete(name);
  }

  /** Whose turn it is; the next turn of its line, and of its group, is the last. */
  next(): Begin | undefined {
    for (const [group, names] of this.#groups)
      for (const [name, line] of names) {
        const [begin] = line.waiting;
        if (begin === undefined || line.taken >= this.#mostOfOne) continue;
        toTheEnd(names, name, line);
        toTheEnd(this.#groups, group, names);
        return begin;
      }
    return undefined;
  }
}

function toTheEnd<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
}
