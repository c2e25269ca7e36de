/** Entries of equal width in consecutive cells; an entry is identified by its first cell. */
export interface Table {
  /** All cells; the memory may change with each addition. */
  readonly cells: () => Int32Array;
  readonly read: (entry: number, offset: number) => number;
  readonly write: (entry: number, offset: number, value: number) => void;
  /** An entry of four cells. */
  readonly add: (first: number, second: number, third: number, fourth: number) => number;
  /** An entry with the same in every cell. */
  readonly addFilled: (value: number) => number;
  readonly byteLength: () => number;
}

const firstEntries = 16;

export function createTable(width: number): Table {
  let cells = new Int32Array(width * firstEntries);
  let used = 0;

  function reserve(): number {
    if (used + width > cells.length) {
      const larger = new Int32Array(cells.length * 2);
      larger.set(cells);
      cells = larger;
    }
    used += width;
    return used - width;
  }

  return {
    cells: () => cells,
    read: (entry, offset) => cells[entry + offset] ?? 0,
    write(entry, offset, value) {
      cells[entry + offset] = value;
    },
    add(first, second, third, fourth) {
      const entry = reserve();
      cells[entry] = first;
      cells[entry + 1] = second;
      cells[entry + 2] = third;
      cells[entry + 3] = fourth;
      return entry;
    },
    addFilled(value) {
      const entry = reserve();
      cells.fill(value, entry, entry + width);
      return entry;
    },
    byteLength: () => used * Int32Array.BYTES_PER_ELEMENT,
  };
}
