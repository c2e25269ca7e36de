/** Entries of equal width in consecutive cells; an entry is identified by its first cell. */
export interface Table {
  /** All cells; the memory may change with each addition. */
  readonly cells: () => Int32Array;
  readonly read: (entry: number, offset: number) => number;
  readonly write: (entry: number, offset: number, value: number) => void;
  /** Sets an entry of four cells. */
  readonly set: (entry: number, first: number, second: number, third: number, fourth: number) => void;
  /** Consecutive entries with the same in every cell. @returns the first one */
  readonly reserve: (count: number, value: number) => number;
  readonly byteLength: () => number;
}

const firstEntries = 16;
/** A loop fills up to this many faster than a call. */
const fewCells = 128;

export function createTable(width: number): Table {
  let cells = new Int32Array(width * firstEntries);
  let used = 0;

  return {
    cells: () => cells,
    read: (entry, offset) => cells[entry + offset] ?? 0,
    write(entry, offset, value) {
      cells[entry + offset] = value;
    },
    set(entry, first, second, third, fourth) {
      cells[entry] = first;
      cells[entry + 1] = second;
      cells[entry + 2] = third;
      cells[entry + 3] = fourth;
    },
    reserve(count, value) {
      const entry = used;
      used += count * width;
      if (used > cells.length) {
        const larger = new Int32Array(Math.max(used, cells.length * 2));
        larger.set(cells);
        cells = larger;
      }
      if (used - entry > fewCells) cells.fill(value, entry, used);
      else for (let at = entry; at < used; at += 1) cells[at] = value;
      return entry;
    },
    byteLength: () => used * Int32Array.BYTES_PER_ELEMENT,
  };
}
