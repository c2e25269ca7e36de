/** The last bytes of a stream, which have not gone out. Views returned earlier stay unchanged. */
export interface Tail {
  readonly bytes: () => Uint8Array;
  /** Appends a copy of the bytes. */
  readonly append: (bytes: Uint8Array) => void;
  readonly drop: (count: number) => void;
}

export function createTail(): Tail {
  const none = Buffer.alloc(0);
  /** Starts with the first held byte; there may be room after the last. */
  let memory = none;
  let length = 0;

  return {
    bytes: () => memory.subarray(0, length),
    append(bytes) {
      const whole = length + bytes.byteLength;
      if (whole > memory.byteLength) {
        // At least twice the tail, so that many small chunks do not copy a long tail each time.
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
