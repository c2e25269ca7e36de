import { useEffect, useState } from 'react';

const shownMs = 2_400;

/**
 * Ids of rows that have changed since they were shown, for a moment. Queries keep unchanged rows as the same objects,
 * so another object is a changed row.
 * @param rows `undefined` until they are known
 */
export function useChanged<T>(rows: readonly T[] | undefined, idOf: (row: T) => string): ReadonlySet<string> {
  const [seen, setSeen] = useState(rows);
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  if (rows !== seen) {
    setSeen(rows);
    if (rows !== undefined && seen !== undefined) {
      const before = new Map(seen.map((row) => [idOf(row), row]));
      const others = rows.filter((row) => before.get(idOf(row)) !== row).map(idOf);
      if (others.length > 0) setChanged(new Set(others));
    }
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
