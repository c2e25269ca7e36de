/**
 * What tools put into a text without changing it: line breaks with the indentation, quotes or marks of a difference
 * after them, the same as an escape, and control sequences of terminals.
 */
export interface Gap {
  readonly kind: 'line' | 'escape' | 'control' | 'command' | 'literal';
  /** Of an escape, what was read so far. */
  readonly text: string;
  readonly length: number;
  /** It holds a line break. */
  readonly isLine: boolean;
  /** So far it is a line feed that stands for itself, which the bytes as they are show too. */
  readonly isBare?: boolean;
}

/** What one more byte makes of a gap: it goes on, it ends with the byte, the byte follows it, either of these, or it is none. */
export type GapStep = Gap | 'ends' | 'over' | 'none' | { readonly either: Gap };

/** Of long patterns one word in so many bytes is read. */
export const longStride = 16;
/** A line break is only seen where one of the first two pieces of a pattern has this many bytes: less need not hold such a word. */
export const wholePieceBytes = longStride + 3;
/** Of a line break with all that belongs to it. */
export const maxGapBytes = 64;
const maxCommandBytes = 1_024;

const escape = 0x1b;
const bell = 0x07;
const openingBracket = 0x5b;
const lineBytes = new Set([0x09, 0x0a, 0x0d, 0x20]);
/** Quotes, differences, lists, comments, tables, strings that are added together, a line that goes on in YAML. */
const prefixBytes = new Set(Buffer.from('>+-|#*:\'"`\\'));
const literals: readonly string[] = [
  String.raw`\n \r \t \\n \\r \\\\n \\\\r %0A %0a %0D %0d %250A %250D &#10; &#13; &#xA; &#xa; &#xD; &#xd;`.split(' '),
  // YAML goes on, Node.js adds strings.
  ['\\\n', '\\\r', "' +\n", '" +\n', '` +\n'],
].flat();

/** What the first byte of a gap says of it. */
const firsts = new Uint8Array(256);
for (const byte of [0x0a, 0x0d, escape]) firsts[byte] = 1;
for (const literal of literals) firsts[literal.charCodeAt(0)] = 1;

export function isGapByte(byte: number): boolean {
  return firsts[byte] === 1;
}

export function beginGap(byte: number): Gap {
  if (byte === escape) return { kind: 'escape', text: '', length: 1, isLine: false };
  if (lineBytes.has(byte)) return { kind: 'line', text: '', length: 1, isLine: true };
  return { kind: 'literal', text: String.fromCharCode(byte), length: 1, isLine: true };
}

export function continueGap(gap: Gap, byte: number): GapStep {
  const longer = { ...gap, length: gap.length + 1, isBare: false };
  if (longer.length > (gap.kind === 'command' ? maxCommandBytes : maxGapBytes)) return 'none';
  switch (gap.kind) {
    case 'line':
      if (lineBytes.has(byte)) return longer;
      if (byte === escape) return { ...longer, kind: 'escape' };
      return prefixBytes.has(byte) ? { either: longer } : 'over';
    case 'escape':
      if (byte === openingBracket) return { ...longer, kind: 'control' };
      if (byte === 0x5d) return { ...longer, kind: 'command' };
      return byte >= 0x20 && byte < 0x30 ? longer : endControl(longer);
    case 'control':
      return byte >= 0x40 && byte < 0x7f ? endControl(longer) : byte >= 0x20 && byte < 0x40 ? longer : 'none';
    case 'command':
      if (byte === escape) return { ...longer, kind: 'escape' };
      return byte === bell ? endControl(longer) : longer;
    case 'literal':
      return continueLiteral(longer, byte);
  }
}

/** After a control sequence in a line's indentation that indentation may go on. */
function endControl(gap: Gap): GapStep {
  return gap.isLine ? { ...gap, kind: 'line' } : 'ends';
}

function continueLiteral(gap: Gap, byte: number): GapStep {
  const text = gap.text + String.fromCharCode(byte);
  if (literals.includes(text)) return { ...gap, kind: 'line', text: '' };
  return literals.some((literal) => literal.startsWith(text)) ? { ...gap, text } : 'none';
}

/** Where the plain control sequences end that begin here: colours and the like. */
export function skipControls(chunk: Uint8Array, from: number): number {
  let at = from;
  while (chunk[at] === escape && chunk[at + 1] === openingBracket) {
    let end = at + 2;
    while ((chunk[end] ?? 0) >= 0x20 && (chunk[end] ?? 0) < 0x40) end += 1;
    const final = chunk[end] ?? 0;
    if (end - at >= maxGapBytes || final < 0x40 || final > 0x7e) return from;
    at = end + 1;
  }
  return at;
}
