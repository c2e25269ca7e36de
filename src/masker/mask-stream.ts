import type { Matcher } from './matchers.ts';
import { bytesPerView, createCopy, createViews, maskBytes, type Output } from './output.ts';
import { createScanner } from './scan/scanner.ts';
import { createTail } from './tail.ts';

/** One stream of bytes. Its output is the input with every registered pattern replaced by `***`. */
export interface MaskStream {
  /**
   * Returns what may go out now, as views of the chunk where nothing changed: the caller must not reuse the chunk's
   * memory before they are written. Holds back only a tail that could begin a pattern.
   */
  write(chunk: Uint8Array): readonly Uint8Array[];
  /** Returns the held tail. Nothing may be written after it. */
  end(): readonly Uint8Array[];
}

const none = Buffer.alloc(0);
/** Numbers from 2 ** 31 on are no small integers, and make a search a third slower. */
const maxPosition = 2 ** 30;

/**
 * @param current returns another matcher after each registration, and whenever it sees fit
 * @param shiftedAfter positions count from zero again after so many bytes
 */
export function createMaskStream(current: () => Matcher, shiftedAfter: number = maxPosition): MaskStream {
  let matcher = current();
  let scanner = createScanner(matcher, 0);
  /** Everything before this position is out. */
  let emitted = 0;
  /** A mask has gone out up to here. */
  let maskedTo = 0;
  const held = createTail();

  /** Searches the chunk, and the held bytes again for newly registered patterns. */
  function read(chunk: Uint8Array): void {
    const latest = current();
    if (latest !== matcher) {
      // Only held bytes can begin a match, so the new matcher starts with them.
      matcher = latest;
      scanner = createScanner(matcher, emitted);
      scanner.scan(held.bytes(0, held.length()));
    }
    scanner.scan(chunk);
  }

  function shift(): void {
    scanner.shift(emitted);
    maskedTo = Math.max(0, maskedTo - emitted);
    emitted = 0;
  }

  /** Emits everything before the position. */
  function emit(chunk: Uint8Array, to: number): Uint8Array[] {
    const heldBytes = held.length();
    const chunkAt = emitted + heldBytes;
    const output = createOutput(to);
    const pass = (from: number, end: number): void => {
      if (from < chunkAt) {
        const before = held.bytes(from - emitted, Math.min(end, chunkAt) - emitted);
        output.pass(before, 0, before.byteLength);
      }
      if (end > chunkAt) output.pass(chunk, Math.max(0, from - chunkAt), end - chunkAt);
    };
    let at = Math.max(emitted, Math.min(maskedTo, to));
    let taken = 0;
    for (const { spans } = scanner; taken < spans.count() && spans.startOf(taken) < to; taken += 1) {
      const start = spans.startOf(taken);
      const end = spans.endOf(taken);
      if (start > at) pass(at, start);
      // A match that begins inside a masked stretch only extends it.
      if (start >= at) output.mask();
      at = Math.max(at, Math.min(end, to));
      maskedTo = Math.max(maskedTo, end);
    }
    scanner.spans.drop(taken);
    if (at < to) pass(at, to);
    held.drop(Math.min(heldBytes, to - emitted));
    if (to < chunkAt + chunk.byteLength) held.append(chunk, Math.max(0, to - chunkAt));
    emitted = to;
    return output.parts();
  }

  function createOutput(to: number): Output {
    const masks = scanner.spans.count();
    return masks * bytesPerView < to - emitted ? createViews() : createCopy(to - emitted + masks * maskBytes);
  }

  return {
    write(chunk) {
      if (emitted > shiftedAfter) shift();
      read(chunk);
      return emit(chunk, scanner.openFrom());
    },
    end() {
      read(none);
      return emit(none, emitted + held.length());
    },
  };
}
