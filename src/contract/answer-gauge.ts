import { BackendError } from './backend-error.ts';

/**
 * Limits for one answer of a service, so that no answer blocks the event loop for more than some tens of milliseconds:
 * a parser never pauses, and its time does not depend on size alone.
 */
export const answerLimits = Object.freeze({
  /** Bytes, after any decompression. An answer with names may hold a whole folder; any other holds a few values. */
  bytes: Object.freeze({ value: 2 * 1024 * 1024, list: 8 * 1024 * 1024 }),
  /** Arrays, objects and commas. */
  elements: 65_536,
  /** Members of all objects in the answer. */
  members: 16_384,
  depth: 256,
  /** Names of one listing, over all its answers. */
  names: 2 ** 20,
  /** Elements and members together, if a number would lose digits or its spelling in the fast parser. */
  besideSpelledNumbers: 8_192,
});

export type AnswerKind = keyof typeof answerLimits.bytes;

/** An integer of at most this many characters survives parsing and printing unchanged. */
const plainNumber = 15;

/**
 * Inspects JSON as it arrives, piece by piece, and rejects an answer that exceeds the limits. Anything that is not JSON
 * passes: the parser finds that out at once.
 */
export class AnswerGauge {
  readonly #kind: AnswerKind;
  #bytes = 0;
  #elements = 0;
  #members = 0;
  #depth = 0;
  #deepest = 0;
  #isInString = false;
  #isEscaped = false;
  /** Characters of the present number so far; 0 outside of numbers. */
  #number = 0;
  #isInWord = false;
  #startsWithMinus = false;
  #hasSpelledNumbers = false;

  constructor(kind: AnswerKind) {
    this.#kind = kind;
  }

  /** Whether some number would lose digits or its spelling when parsed and printed. */
  get hasSpelledNumbers(): boolean {
    return this.#hasSpelledNumbers;
  }

  /** @throws BackendError `too_large` */
  add(piece: Uint8Array): void {
    const { bytes, elements, members, depth, besideSpelledNumbers } = answerLimits;
    this.#bytes += piece.byteLength;
    if (this.#bytes > bytes[this.#kind]) throw tooLarge(this.#kind, `${bytes[this.#kind]} bytes`);
    this.#scan(piece);
    if (this.#elements > elements) throw tooLarge(this.#kind, `${elements} elements`);
    if (this.#members > members) throw tooLarge(this.#kind, `${members} members of objects`);
    if (this.#deepest > depth) throw tooLarge(this.#kind, `${depth} levels`);
    if (this.#hasSpelledNumbers && this.#elements + this.#members > besideSpelledNumbers)
      throw tooLarge(
        this.#kind,
        `${besideSpelledNumbers} elements and members beside numbers whose digits must be kept`,
      );
  }

  #scan(piece: Uint8Array): void {
    let isInString = this.#isInString;
    let isEscaped = this.#isEscaped;
    // An iterator would be several times slower.
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (!isInString) isInString = this.#scanOutside(byte);
      else if (isEscaped) isEscaped = false;
      else if (byte === 0x5c) isEscaped = true;
      else if (byte === 0x22) isInString = false;
    }
    this.#isInString = isInString;
    this.#isEscaped = isEscaped;
  }

  /** @returns whether a string begins */
  #scanOutside(byte: number): boolean {
    switch (byte) {
      case 0x2c: // ,
        this.#elements += 1;
        break;
      case 0x3a: // :
        this.#members += 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        this.#elements += 1;
        this.#depth += 1;
        if (this.#depth > this.#deepest) this.#deepest = this.#depth;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        this.#depth -= 1;
        break;
      case 0x22: // "
      case 0x20: // white space
      case 0x09:
      case 0x0a:
      case 0x0d:
        break;
      default:
        this.#scanWord(byte);
        return false;
    }
    this.#isInWord = false;
    this.#number = 0;
    return byte === 0x22;
  }

  /** A number, `true`, `false` or `null`. */
  #scanWord(byte: number): void {
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (!this.#isInWord) {
      this.#isInWord = true;
      this.#startsWithMinus = byte === 0x2d;
      this.#number = isDigit || this.#startsWithMinus ? 1 : 0;
    } else if (this.#number > 0) {
      this.#number += 1;
      const isMinusZero = this.#startsWithMinus && this.#number === 2 && byte === 0x30;
      if (!isDigit || isMinusZero || this.#number > plainNumber) this.#hasSpelledNumbers = true;
    }
  }
}

const subjects: Readonly<Record<AnswerKind, string>> = { value: 'about values', list: 'with names' };

function tooLarge(kind: AnswerKind, limit: string): BackendError {
  return new BackendError('too_large', {
    detail: `the answer was rejected: an answer ${subjects[kind]} has at most ${limit}, and this one has more`,
  });
}
