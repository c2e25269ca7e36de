import { useEffect, useState } from 'react';

const shownMs = 2_400;

/**
 * The ids of rows that have changed since they were shown, for a moment. A query keeps what is the same, so that a row
 * that is another object is another row.
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
