/** The last bytes of a stream, those that have not gone out. What was given out of it stays as it is. */
export interface Tail {
  readonly length: () => number;
  /** From the one place to before the other. */
  readonly bytes: (from: number, to: number) => Uint8Array;
  /** Takes a copy of what comes next, from the place on. */
  readonly append: (bytes: Uint8Array, from: number) => void;
  /** Gives up the first bytes. */
  readonly drop: (count: number) => void;
}

/** So many bytes are copied faster by a loop. */
const fewBytes = 64;

export function createTail(): Tail {
  const none = Buffer.alloc(0);
  let memory = none;
  /** Where in it the tail begins; there may be room behind it. */
  let start = 0;
  let length = 0;

  return {
    length: () => length,
    bytes: (from, to) => memory.subarray(start + from, start + to),
    append(bytes, from) {
      const more = bytes.byteLength - from;
      const whole = length + more;
      if (start + whole > memory.byteLength) {
        // Twice the tail at least: many small chunks must not copy a long tail each time.
        const larger = Buffer.allocUnsafe(Math.max(whole, length * 2));
        memory.copy(larger, 0, start, start + length);
        memory = larger;
        start = 0;
      }
      if (more > fewBytes) memory.set(bytes.subarray(from), start + length);
      else for (let at = 0; at < more; at += 1) memory[start + length + at] = bytes[from + at] ?? 0;
      length = whole;
    },
    drop(count) {
      length -= count;
      start += count;
      if (length === 0) [memory, start] = [none, 0];
    },
  };
}
