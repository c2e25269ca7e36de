import { useEffect, useState } from 'react';

const shownMs = 2_400;

/** Lists by name, where what is shown is more than one. */
type Parts<T> = ReadonlyMap<string, readonly T[]>;

/**
 * The ids of rows that have changed since they were shown, for a moment. A list that was not shown before has no
 * changes, and a row that only moved has not changed.
 * @param shown `undefined` until it is known
 */
export function useChanged<T>(
  shown: readonly T[] | Parts<T> | undefined,
  idOf: (row: T) => string,
): ReadonlySet<string> {
  const parts = partsOf(shown);
  const [seen, setSeen] = useState<Parts<T>>(parts);
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  if (parts.size !== seen.size || [...parts].some(([name, list]) => seen.get(name) !== list)) {
    setSeen(parts);
    const known = new Map([...seen.values()].flat().map((row) => [idOf(row), row]));
    const others = [...parts]
      .filter(([name, list]) => seen.has(name) && seen.get(name) !== list)
      .flatMap(([, list]) => list.filter((row) => !isSame(known.get(idOf(row)), row)).map(idOf));
    if (others.length > 0) setChanged(new Set(others));
  }
  useEffect(() => {
    if (changed.size === 0) return undefined;
    const timer = setTimeout(() => {
      setChanged(new Set());
    }, shownMs);
    return () => {
      clearTimeout(timer);
    };
  }, [changed]);
  return changed;
}

function partsOf<T>(shown: readonly T[] | Parts<T> | undefined): Parts<T> {
  if (shown === undefined) return new Map();
  return 'get' in shown ? shown : new Map([['', shown]]);
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
