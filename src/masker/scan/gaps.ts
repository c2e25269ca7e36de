/**
 * What tools insert into a text without changing it: line breaks with the following indentation, quotes or diff marks,
 * the same as an escape, and terminal control sequences.
 */
export interface Gap {
  kind: 'line' | 'escape' | 'control' | 'command' | 'literal';
  /** The part of an escape read so far. */
  text: string;
  length: number;
  /** Contains a line break. */
  isLine: boolean;
  /** So far every byte of it stood for itself, as in the plain bytes. */
  isBare: boolean;
}

/**
 * The effect of one more byte on a gap: it continues, also if the byte stands for itself (`blank`); it ends with the
 * byte; the byte follows it; it continues or the byte follows it; or it was none.
 */
export type GapStep = 'goes on' | 'blank' | 'ends' | 'over' | 'either' | 'none';

/** Long patterns are searched by one word per this many bytes. */
export const longStride = 16;
/**
 * A line break is only noticed if one of a pattern's first two pieces has this many bytes: fewer need not contain such
 * a word.
 */
export const wholePieceBytes = longStride + 3;
/** Longest line break with everything that belongs to it. */
export const maxGapBytes = 64;
/**
 * Values that repeat themselves more often are not searched for in pieces: each break would have to try all
 * repetitions.
 */
export const maxLinks = 1_024;
const maxCommandBytes = 1_024;

export const escape = 0x1b;
const [lineFeed, carriageReturn] = [0x0a, 0x0d];
/** What a line break may stand for in a value. */
export const standIns: readonly number[] = [lineFeed, 0x20];
const bell = 0x07;
const openingBracket = 0x5b;
export const lineBytes: readonly number[] = [0x09, 0x0a, 0x0d, 0x20];
/** Quotes, diffs, lists, comments, tables, concatenated strings, continued lines in YAML. */
const prefixBytes = new Set(Buffer.from('>+-|#*:\'"`\\'));
const literals: readonly string[] = [
  String.raw`\n \r \t \\n \\r \\\\n \\\\r %0A %0a %0D %0d %250A %250D &#10; &#13; &#xA; &#xa; &#xD; &#xd;`.split(' '),
  // YAML continues lines, Node.js (with colours, too) and Python concatenate strings.
  ['\\', "' +", '" +', '` +', "'", '"'].flatMap((end) => [`${end}\n`, `${end}\r`]),
  ["'", '"', '`'].map((quote) => `${quote}\u001b[39m +\n`),
].flat();

/** What a gap's first byte reveals about it. */
export const gapBytes = new Uint8Array(256);
for (const byte of [0x0a, 0x0d, escape]) gapBytes[byte] = 1;
for (const literal of literals) gapBytes[literal.charCodeAt(0)] = 1;

/** What may go on a gap, or begin one. */
export const continuingBytes = new Uint8Array(gapBytes);
for (const byte of [...lineBytes, ...prefixBytes]) continuingBytes[byte] = 1;

export const lineEnds = new Uint8Array(256);
for (const byte of [lineFeed, carriageReturn]) lineEnds[byte] = 1;

export function isGapByte(byte: number): boolean {
  return gapBytes[byte] === 1;
}

/** The first byte from the position on that could begin a gap, or the end. */
export function findGap(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && gapBytes[bytes[at] ?? 0] === 0) at += 1;
  return at;
}

export function beginGap(byte: number): Gap {
  const kind = byte === escape ? 'escape' : lineBytes.includes(byte) ? 'line' : 'literal';
  const text = kind === 'literal' ? String.fromCharCode(byte) : '';
  return { kind, text, length: 1, isLine: kind !== 'escape', isBare: false };
}

export function continueGap(gap: Gap, byte: number): GapStep {
  gap.length += 1;
  if (gap.length > (gap.kind === 'command' ? maxCommandBytes : maxGapBytes)) return 'none';
  switch (gap.kind) {
    case 'line':
      if (lineBytes.includes(byte)) return 'blank';
      if (byte === escape) return goOn(gap, 'escape');
      return prefixBytes.has(byte) ? 'either' : 'over';
    case 'escape':
      if (byte === openingBracket) return goOn(gap, 'control');
      if (byte === 0x5d) return goOn(gap, 'command');
      return byte >= 0x20 && byte < 0x30 ? 'goes on' : endControl(gap);
    case 'control':
      return byte >= 0x40 && byte < 0x7f ? endControl(gap) : byte >= 0x20 && byte < 0x40 ? 'goes on' : 'none';
    case 'command':
      if (byte === escape) return goOn(gap, 'escape');
      return byte === bell ? endControl(gap) : 'goes on';
    case 'literal':
      return continueLiteral(gap, byte);
  }
}

function goOn(gap: Gap, kind: Gap['kind']): GapStep {
  gap.kind = kind;
  return 'goes on';
}

/** After a control sequence in a line's indentation, the indentation may continue. */
function endControl(gap: Gap): GapStep {
  return gap.isLine ? goOn(gap, 'line') : 'ends';
}

function continueLiteral(gap: Gap, byte: number): GapStep {
  gap.text += String.fromCharCode(byte);
  if (!literals.includes(gap.text))
    return literals.some((literal) => literal.startsWith(gap.text)) ? 'goes on' : 'none';
  gap.text = '';
  return goOn(gap, 'line');
}

/** A byte that may continue or begin a gap. */
export function mayContinueGap(byte: number): boolean {
  return continuingBytes[byte] === 1;
}

/** Where a line end begins here, returns the end of it and of plain control sequences such as colours. */
export function skipGap(chunk: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = chunk[at];
    if (byte === lineFeed || byte === carriageReturn) at += 1;
    else if (byte === escape && chunk[at + 1] === openingBracket) {
      let end = at + 2;
      while ((chunk[end] ?? 0) >= 0x20 && (chunk[end] ?? 0) < 0x40) end += 1;
      const final = chunk[end] ?? 0;
      if (end - from >= maxGapBytes || final < 0x40 || final > 0x7e) return from;
      at = end + 1;
    } else return at - from > maxGapBytes ? from : at;
  }
}

/** The end of the plain control sequences, such as colours, that begin here; `from` for any other. */
export function skipColours(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === escape) {
    if (bytes[at + 1] !== openingBracket) return from;
    at += 2;
    let byte = bytes[at] ?? 0;
    while (byte >= 0x20 && byte < 0x40) {
      at += 1;
      byte = bytes[at] ?? 0;
    }
    if (byte < 0x40 || byte > 0x7e) return from;
    at += 1;
  }
  return at;
}
