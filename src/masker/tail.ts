/** The last bytes of a stream, those that have not gone out. What was given out of it stays as it is. */
export interface Tail {
  readonly bytes: () => Uint8Array;
  /** Takes a copy of what comes next. */
  readonly append: (bytes: Uint8Array) => void;
  /** Gives up the first bytes. */
  readonly drop: (count: number) => void;
}

export function createTail(): Tail {
  const none = Buffer.alloc(0);
  /** From its first byte on; there may be room behind it. */
  let memory = none;
  let length = 0;

  return {
    bytes: () => memory.subarray(0, length),
    append(bytes) {
      const whole = length + bytes.byteLength;
      if (whole > memory.byteLength) {
        // Twice the tail at least: many small chunks must not copy a long tail each time.
        const larger = Buffer.allocUnsafe(Math.max(whole, length * 2));
        memory.copy(larger, 0, 0, length);
        memory = larger;
      }
      memory.set(bytes, length);
      length = whole;
    },
    drop(count) {
      length -= count;
      memory = length === 0 ? none : memory.subarray(count);
    },
  };
}
