import type { Chunk } from './filter.ts';

/** A few rare bytes, at least one of which is in every pattern. */
export interface RareBytes {
  readonly add: (pattern: Uint8Array) => void;
  /**
   * The first position at or after `from` that has one of them and could belong to a pattern; the chunk's end if there
   * is none. `undefined` if they are too many, or too common in the chunk.
   */
  readonly find: (chunk: Chunk, from: number, mayHold: (chunk: Chunk, at: number) => boolean) => number | undefined;
}

/** Bytes by approximate frequency in logs, most common first; all others are rarer. */
const common = ' etaoinsrldcmupgfh0123456789.-:/_bvwy,ETAOINSRLDCMUPGFHBVWY"=()[]\n\t\'{}kxjz';
const maxCount = 4;
/** A byte that misses more often than once per this many bytes is not rare in a chunk. */
const bytesPerRare = 512;

export function createRareBytes(): RareBytes {
  const bytes: number[] = [];
  /** The latest position of each in the chunk. */
  const ahead: number[] = [];
  let serial = -1;
  let misses = 0;

  function begin(chunk: Chunk): void {
    serial = chunk.serial;
    misses = 0;
    ahead.fill(-1);
  }

  return {
    add(pattern) {
      if (bytes.length > maxCount || pattern.some((byte) => bytes.includes(byte))) return;
      bytes.push(pattern.reduce((rarest, byte) => (rareness(byte) > rareness(rarest) ? byte : rarest)));
      ahead.push(-1);
    },
    find(chunk, from, mayHold) {
      if (bytes.length > maxCount) return undefined;
      if (serial !== chunk.serial) begin(chunk);
      let nearest = chunk.bytes.length;
      for (const [index, byte] of bytes.entries()) {
        let at = ahead[index] ?? -1;
        while (at < from || (at < chunk.bytes.length && !mayHold(chunk, at))) {
          if (misses * bytesPerRare > chunk.bytes.length) return undefined;
          misses += 1;
          const found = chunk.bytes.indexOf(byte, Math.max(from, at + 1));
          at = found < 0 ? chunk.bytes.length : found;
        }
        ahead[index] = at;
        nearest = Math.min(nearest, at);
      }
      return nearest;
    },
  };
}

function rareness(byte: number): number {
  const at = common.indexOf(String.fromCharCode(byte));
  return at < 0 ? common.length : at;
}
