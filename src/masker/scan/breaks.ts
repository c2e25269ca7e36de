import type { Automaton } from './automaton.ts';
import { beginGap, continueGap, isGapByte, standIns, wholePieceBytes, type Gap } from './gaps.ts';
import { lastPieces, type Piece } from './pieces.ts';

/** Finds patterns that are broken by line breaks or control sequences, beside the search in the bytes as they are. */
export interface Breaks {
  /** One byte, with the automaton's state before it and how many bytes are open in that. */
  read(byte: number, position: number, state: number, openBytes: number): void;
  isOpen(): boolean;
  /** The first byte that a broken pattern, not complete yet, would mask; `Infinity` for none. */
  openFrom(): number;
}

/** One way to read what came so far, without its gaps. */
interface Reading {
  state: number;
  /** Before the present piece. */
  readonly pieces: readonly Piece[];
  /** Where the present piece has begun, and how long it is. */
  start: number;
  length: number;
  gap: Gap | undefined;
}

/** Shorter patterns are not looked for across line breaks: words are, by chance. */
const minBrokenBytes = 16;
/** A first piece shorter than this goes out when its line ends, for every line would have to wait otherwise. */
const minHeldBytes = 4;
const maxReadings = 8;
const lineFeed = 0x0a;

/** @param found takes each piece of a match */
export function createBreaks(
  { next, matchLength, hold, reach }: Automaton,
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

  /** The text may go on after a gap as it was before, or the gap stands for a byte of the pattern. */
  function open(from: Reading, byte: number, position: number): void {
    const openBytes = hold(from.state);
    if (openBytes === 0) return;
    const gap = beginGap(byte);
    if (gap.kind === 'literal' && openBytes < minHeldBytes) return;
    if (gap.isLine && reach(from.state) < minBrokenBytes) return;
    const pieces = lastPieces(piecesOf(from), openBytes);
    const last = pieces.pop();
    if (last === undefined) return;
    pieces.push({ ...last, isLine: last.isLine || gap.isLine });
    add({ state: from.state, pieces, start: position, length: 0, gap });
    if (!gap.isLine) return;
    for (const standIn of standIns) {
      const state = next(from.state, standIn);
      const standing = { start: position, length: 1, isGap: true, isLine: false };
      // The line feed by itself is there in the bytes as they are.
      const asIs = standIn === lineFeed && byte === lineFeed && pieces.length === 1;
      if (hold(state) > 1)
        add({
          state,
          pieces: [...pieces, standing],
          start: position,
          length: 0,
          gap: { ...gap, isBare: asIs },
        });
    }
  }

  function readContent(reading: Reading, byte: number, position: number): void {
    if (isGapByte(byte)) open(reading, byte, position);
    if (reading.length === 0) reading.start = position;
    reading.state = next(reading.state, byte);
    reading.length += 1;
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

  /** Where what would be masked begins. */
  function openFromOf(reading: Reading): number {
    const [first, second] = lastPieces(piecesOf(reading), hold(reading.state));
    if (first === undefined) return Infinity;
    if (!first.isLine || first.length >= minHeldBytes) return first.start;
    return second?.start ?? Infinity;
  }

  return {
    read(byte, position, state, openBytes) {
      const begins = openBytes > 0 && isGapByte(byte);
      if (readings.length === 0 && !begins) return;
      for (const reading of readings) {
        if (reading.gap === undefined) readContent(reading, byte, position);
        else readGap(reading, reading.gap, byte, position);
      }
      if (begins)
        open({ state, pieces: [], start: position - openBytes, length: openBytes, gap: undefined }, byte, position);
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

function piecesOf({ pieces, start, length }: Reading): readonly Piece[] {
  return length === 0 ? pieces : [...pieces, { start, length, isGap: false, isLine: false }];
}

/** What a match of so many bytes masks; nothing if it may as well have come about by chance. */
function masked(reading: Reading, count: number): readonly Piece[] {
  const pieces = lastPieces(piecesOf(reading), count);
  const text = pieces.filter(({ isGap }) => !isGap);
  if (!pieces.some(({ isLine }) => isLine)) return text;
  if (count < minBrokenBytes || !text.slice(0, 2).some(({ length }) => length >= wholePieceBytes)) return [];
  const [first] = text;
  return first !== undefined && first.isLine && first.length < minHeldBytes ? text.slice(1) : text;
}
