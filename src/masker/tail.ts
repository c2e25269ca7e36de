/** The last bytes of a stream, which have not gone out. Views returned earlier stay unchanged. */
export interface Tail {
  readonly length: () => number;
  /** Returns a view; `to` is exclusive. */
  readonly bytes: (from: number, to: number) => Uint8Array;
  /** Appends a copy of the bytes from the position on. */
  readonly append: (bytes: Uint8Array, from: number) => void;
  /** Drops the first bytes. */
  readonly drop: (count: number) => void;
}

/** A loop copies up to this many bytes faster than a call. */
const fewBytes = 64;

export function createTail(): Tail {
  const none = Buffer.alloc(0);
  let memory = none;
  /** The tail's start in memory; there may be room after its end. */
  let start = 0;
  let length = 0;

  return {
    length: () => length,
    bytes: (from, to) => memory.subarray(start + from, start + to),
    append(bytes, from) {
      const more = bytes.byteLength - from;
      const whole = length + more;
      if (start + whole > memory.byteLength) {
        // At least twice the tail, so that many small chunks do not copy a long tail each time.
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
