/** The last bytes of a stream, those that have not gone out. What was given out of it stays as it is. */
export interface Tail {
  readonly length: () => number;
  /** The tail with the chunk after it: a view of the chunk when there was no tail. */
  readonly append: (chunk: Uint8Array) => Uint8Array;
  /** Keeps what follows the first `count` bytes of what `append` gave. */
  readonly dropTo: (count: number) => void;
}

export function createTail(): Tail {
  const none = Buffer.alloc(0);
  /** From its first byte on; there may be room behind it. */
  let memory = none;
  let length = 0;
  let latest: Uint8Array = none;

  return {
    length: () => length,
    append(chunk) {
      if (length === 0) return (latest = chunk);
      const whole = length + chunk.byteLength;
      if (whole > memory.byteLength) {
        // Twice the tail at least: many small chunks must not copy a long tail each time.
        const larger = Buffer.allocUnsafeSlow(Math.max(whole, length * 2));
        memory.copy(larger, 0, 0, length);
        memory = larger;
      }
      memory.set(chunk, length);
      return (latest = memory.subarray(0, whole));
    },
    dropTo(count) {
      const rest = latest.byteLength - count;
      if (rest === 0) memory = none;
      else if (length === 0) memory = Buffer.from(latest.subarray(count));
      else memory = memory.subarray(count);
      length = rest;
      latest = none;
    },
  };
}
