import type { Automaton } from './automaton.ts';
import { beginGap, continueGap, isGapByte, maxLinks, standIns, wholePieceBytes, type Gap } from './gaps.ts';
import { addPiece, lastPieces, tidy, type Piece } from './pieces.ts';

/** Finds patterns that are broken by line breaks or control sequences, beside the search in the plain bytes. */
export interface Breaks {
  /** Reads one byte, with the automaton's previous state and the number of bytes open in it. */
  read(byte: number, position: number, state: number, openBytes: number): void;
  isOpen(): boolean;
  /** The first byte that an incomplete broken pattern would mask; `Infinity` for none. */
  openFrom(): number;
}

/** One way to read the input so far, without its gaps. */
interface Reading {
  state: number;
  /** The last piece before the present one. */
  readonly pieces: Piece | undefined;
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
const maxReadings = 8;
const lineFeed = 0x0a;

/** @param found receives each piece of a match */
export function createBreaks(
  { next, matchLength, hold, reaches, links }: Automaton,
  found: (start: number, end: number) => void,
): Breaks {
  let readings: Reading[] = [];
  let after: Reading[] = [];

  function add(reading: Reading): void {
    if (after.length === maxReadings) return;
    for (const { state, length, gap } of after)
      if (state === reading.state && length === reading.length && isSameGap(gap, reading.gap)) return;
    after.push(reading);
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
        ? from.pieces && { ...from.pieces, isLine: from.pieces.isLine || gap.isLine }
        : addPiece(from.pieces, { start, length, isGap: false, isLine: gap.isLine });
    if (last === undefined) return;
    const pieces = tidy(last, openBytes);
    const begun = { start: position, length: 0, bytes, askedAt: -1, answer: 0 };
    add({ ...begun, state: from.state, pieces, gap });
    if (!gap.isLine) return;
    for (const standIn of standIns) {
      const state = next(from.state, standIn);
      if (hold(state) <= 1) continue;
      // The search in the plain bytes already sees a single line feed.
      const isBare = standIn === lineFeed && byte === lineFeed && pieces.previous === undefined;
      const standing = addPiece(pieces, { start: position, length: 1, isGap: true, isLine: false });
      add({ ...begun, state, pieces: standing, gap: { ...gap, isBare }, bytes: bytes + 1 });
    }
  }

  function readContent(reading: Reading, byte: number, position: number): void {
    if (isGapByte(byte)) open(reading, byte, position);
    if (reading.length === 0) reading.start = position;
    reading.state = next(reading.state, byte);
    reading.length += 1;
    reading.bytes += 1;
    const count = matchLength(reading.state);
    if (count > reading.length) for (const { start, length } of masked(reading, count)) found(start, start + length);
    if (hold(reading.state) > reading.length) add(reading);
  }

  function readGap(reading: Reading, gap: Gap, byte: number, position: number): void {
    const { isBare } = gap;
    const step = continueGap(gap, byte);
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
    openFrom: () => readings.reduce((from, reading) => Math.min(from, openFromOf(reading)), Infinity),
  };
}

function isSameGap(left: Gap | undefined, right: Gap | undefined): boolean {
  return left?.kind === right?.kind && left?.text === right?.text;
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
  if (count < minBrokenBytes || !text.slice(0, 2).some(({ length }) => length >= wholePieceBytes)) return [];
  const [first] = text;
  return first !== undefined && first.isLine && first.length < minHeldBytes ? text.slice(1) : text;
}
