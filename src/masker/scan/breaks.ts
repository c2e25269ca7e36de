import type { Automaton } from './automaton.ts';
import { beginGap, continueGap, isGapByte, maxLinks, standIns, wholePieceBytes, type Gap } from './gaps.ts';
import { addPiece, cover, lastPieces, shiftPieces, tidy, withLine, type Piece } from './pieces.ts';

/** Finds patterns that are broken by line breaks or control sequences, beside the search in the plain bytes. */
export interface Breaks {
  /** Reads one byte, with the automaton's previous state and the number of bytes open in it. */
  read(byte: number, position: number, state: number, openBytes: number): void;
  isOpen(): boolean;
  /** How many bytes from the position up to `end`, none of which begins a gap, every reading can pass at once. */
  ahead(chunk: Uint8Array, at: number, end: number): number;
  /** Passes them. @param follow returns the state after them */
  leap(count: number, position: number, follow: (state: number) => number): void;
  /** The first byte that an incomplete broken pattern would mask; `Infinity` for none. */
  openFrom(): number;
  /** Counts positions from a later byte on. */
  shift(by: number): void;
}

/** One way to read the input so far, without its gaps. */
interface Reading {
  state: number;
  /** The last piece before the present one. */
  pieces: Piece | undefined;
  /** Start and length of the present piece. */
  start: number;
  length: number;
  gap: Gap | undefined;
  /** Its number of bytes without gaps. */
  bytes: number;
  /** The number of bytes before the open ones when that was last asked, and the answer. */
  askedAt: number;
  answer: number;
}

/** Shorter patterns are not searched for across line breaks, where words match by chance. */
const minBrokenBytes = 16;
/** A shorter first piece goes out when its line ends; otherwise every line would have to wait. */
const minHeldBytes = 4;
const maxReadings = 64;
/** In a value that repeats itself more often, a break stands for one of its line ends at most. */
const maxOwnLinks = 64;
/** Of patterns open across a break, at most so many are followed without a state per byte. */
const maxCrossing = 6;
const lineFeed = 0x0a;

/** @param found receives each piece of a match */
export function createBreaks(
  { next, matchLength, hold, reaches, links, ...automaton }: Automaton,
  found: (start: number, end: number) => void,
): Breaks {
  let readings: Reading[] = [];
  let after: Reading[] = [];

  function add(reading: Reading): void {
    const openBytes = hold(reading.state);
    for (let index = 0; index < after.length; index += 1) {
      const other = after[index];
      if (other === undefined || !isAlike(other, reading)) continue;
      if (cover(other.pieces, reading.pieces, openBytes - reading.length)) return;
      if (!cover(reading.pieces, other.pieces, openBytes - reading.length)) continue;
      after[index] = reading;
      return;
    }
    if (after.length < maxReadings) after.push(reading);
  }

  /** After a gap the text may continue as before, or the gap stands for a byte of the pattern. */
  function open(from: Reading, byte: number, position: number): void {
    const openBytes = hold(from.state);
    if (openBytes === 0 || links(from.state) > maxLinks) return;
    const gap = beginGap(byte);
    if (gap.kind === 'literal' && openBytes < minHeldBytes) return;
    if (gap.isLine && !reaches(from.state, minBrokenBytes)) return;
    const { start, length, bytes } = from;
    const last =
      length === 0
        ? from.pieces && (gap.isLine ? withLine(from.pieces) : from.pieces)
        : addPiece(from.pieces, { start, length, isGap: false, isLine: gap.isLine });
    if (last === undefined) return;
    const pieces = tidy(last, openBytes);
    add({ state: from.state, pieces, start: position, length: 0, gap: { ...gap }, bytes, askedAt: -1, answer: 0 });
    if (!gap.isLine) return;
    for (const standIn of standIns) {
      // The search in the plain bytes already sees a line feed that stands for itself.
      gap.isBare = standIn === lineFeed && byte === lineFeed;
      standFor({ state: from.state, pieces, bytes }, gap, standIn, position);
    }
  }

  /** A byte of the gap, or all of it, stands for a byte of the pattern. */
  function standFor(from: Pick<Reading, 'state' | 'pieces' | 'bytes'>, gap: Gap, byte: number, position: number): void {
    const state = next(from.state, byte);
    if (hold(state) <= 1) return;
    const pieces = addPiece(from.pieces, { start: position, length: 1, isGap: true, isLine: false });
    const bytes = from.bytes + 1;
    const own = { ...gap };
    const reading = { state, pieces, start: position, length: 0, gap: own, bytes, askedAt: -1, answer: 0 };
    report(reading);
    add(reading);
  }

  function report(reading: Reading): void {
    const count = matchLength(reading.state);
    if (count <= reading.length) return;
    for (const { start, length } of masked(reading, count)) found(start, start + length);
  }

  function readContent(reading: Reading, byte: number, position: number): void {
    if (isGapByte(byte)) open(reading, byte, position);
    reading.state = next(reading.state, byte);
    reading.bytes += 1;
    if (reading.length === 0) reading.start = position;
    reading.length += 1;
    report(reading);
    if (hold(reading.state) > reading.length) add(reading);
  }

  function readGap(reading: Reading, gap: Gap, byte: number, position: number): void {
    const { isBare } = gap;
    const step = continueGap(gap, byte);
    const isOwn = step === 'blank' && !(isBare && isGapByte(byte)) && links(reading.state) <= maxOwnLinks;
    if (isOwn) standFor(reading, gap, byte, position);
    gap.isBare = false;
    if (step === 'none' || (step === 'over' && isBare)) return;
    if (step === 'over') {
      reading.gap = undefined;
      readContent(reading, byte, position);
      return;
    }
    if (step === 'either' && !isBare) readContent({ ...reading, gap: undefined }, byte, position);
    if (step === 'ends') reading.gap = undefined;
    add(reading);
  }

  /** Where a mask would begin. */
  function openFromOf(reading: Reading): number {
    const openBytes = hold(reading.state);
    if (reading.askedAt === reading.bytes - openBytes) return reading.answer;
    const [first, second] = lastPieces(piecesOf(reading), openBytes);
    const isShown = first !== undefined && first.isLine && first.length < minHeldBytes;
    reading.askedAt = reading.bytes - openBytes;
    reading.answer = (isShown ? second : first)?.start ?? Infinity;
    // The second piece may not have begun yet.
    if (isShown && second === undefined) reading.askedAt = -1;
    return reading.answer;
  }

  return {
    read(byte, position, state, openBytes) {
      const begins = openBytes > 0 && isGapByte(byte);
      if (readings.length === 0 && !begins) return;
      for (const reading of readings) {
        if (reading.gap === undefined) readContent(reading, byte, position);
        else readGap(reading, reading.gap, byte, position);
      }
      if (begins) open(beginReading(state, position, openBytes), byte, position);
      [readings, after] = [after, readings];
      after.length = 0;
    },
    isOpen: () => readings.length > 0,
    ahead(chunk, at, end) {
      let count = end - at;
      for (const { gap, state, length } of readings) {
        if (gap !== undefined) return 0;
        let [from, crossing] = [state, 0];
        // What lies in the present piece alone is seen by the search in the plain bytes.
        for (; crossing === 0 || hold(from) > length; from = automaton.fallback(from), crossing += 1) {
          count = crossing < maxCrossing ? automaton.ahead(from, chunk, at, at + count) : 0;
          if (count === 0) return 0;
        }
      }
      return count;
    },
    leap(count, position, follow) {
      for (const reading of readings) {
        reading.state = automaton.leap(reading.state, count, follow(automaton.fallback(reading.state)));
        if (reading.length === 0) reading.start = position;
        reading.bytes += count;
        reading.length += count;
      }
    },
    openFrom: () => readings.reduce((from, reading) => Math.min(from, openFromOf(reading)), Infinity),
    shift(by) {
      const shifted = shiftPieces(
        readings.map(({ pieces }) => pieces),
        by,
      );
      for (const [index, reading] of readings.entries()) {
        reading.pieces = shifted[index];
        reading.start -= by;
        // Only how many bytes are not open counts.
        [reading.bytes, reading.askedAt] = [hold(reading.state), -1];
      }
    },
  };
}

/** Whether what follows means the same to both. */
function isAlike(left: Reading, right: Reading): boolean {
  if (left.state !== right.state || left.length !== right.length) return false;
  const [one, other] = [left.gap, right.gap];
  return (
    one?.kind === other?.kind &&
    one?.text === other?.text &&
    one?.isLine === other?.isLine &&
    one?.isBare === other?.isBare
  );
}

/** The plain bytes, some of which are open before the position. */
function beginReading(state: number, position: number, bytes: number): Reading {
  const start = position - bytes;
  return { state, pieces: undefined, start, length: bytes, gap: undefined, bytes, askedAt: -1, answer: 0 };
}

function piecesOf({ pieces, start, length }: Reading): Piece | undefined {
  return length === 0 ? pieces : addPiece(pieces, { start, length, isGap: false, isLine: false });
}

/** What a match of so many bytes masks; nothing if it may have arisen by chance. */
function masked(reading: Reading, count: number): readonly Piece[] {
  const pieces = lastPieces(piecesOf(reading), count);
  const text = pieces.filter(({ isGap }) => !isGap);
  if (!pieces.some(({ isLine }) => isLine)) return text;
  if (count < minBrokenBytes || !isNoticed(pieces)) return [];
  const [first] = text;
  return first !== undefined && first.isLine && first.length < minHeldBytes ? text.slice(1) : text;
}

/**
 * Whether the filter is sure to point at a piece in one of the first two lines: for that it must begin early in the
 * pattern. Control sequences are pointed at by themselves.
 */
function isNoticed(pieces: readonly Piece[]): boolean {
  let [before, lines] = [0, 0];
  for (const { isGap, isLine, length } of pieces) {
    if (!isGap && length >= wholePieceBytes) return true;
    if (isLine) lines += 1;
    before += length;
    if (lines === 2 || before >= wholePieceBytes) return false;
  }
  return false;
}
