import { isUtf8 } from 'node:buffer';
import { leavesOf } from './leaves.ts';
import { linesOf } from './lines.ts';
import { secretLeaves } from './secret-leaves.ts';

const minPartBytes = 4;
export const minLeafBytes = 8;
/** Documents of secrets are small; a value larger than this is taken as text. */
const maxDocumentBytes = 65_536;
/** A leaf may be a document again: a key file in JSON in base64. */
const maxDepth = 3;

/** What of a value is to be looked for by itself: the value, the same without what stands around it, its secret leaves, its lines. */
export function partsOf(value: Buffer): readonly Buffer[] {
  const parts = new Map<string, Buffer>();
  gather(value, parts, 0);
  return [...parts.values()];
}

function gather(value: Buffer, parts: Map<string, Buffer>, depth: number): void {
  const add = (part: Buffer): void => {
    if (part.byteLength >= minPartBytes) parts.set(part.toString('latin1'), part);
  };
  add(value);
  const bare = trim(value);
  add(bare);
  add(unquote(bare));
  if (!isUtf8(value)) {
    for (const line of linesOf(value.toString('latin1'))) add(Buffer.from(line, 'latin1'));
    return;
  }
  const text = bare.toString('utf8');
  const document = bare.byteLength > maxDocumentBytes ? undefined : leavesOf(text);
  for (const layout of document?.layouts ?? []) add(Buffer.from(layout));
  if (document?.isWhole !== true) for (const line of linesOf(text)) add(Buffer.from(line));
  if (document === undefined || depth === maxDepth) return;
  for (const leaf of secretLeaves(document.leaves)) gather(Buffer.from(leaf), parts, depth + 1);
}

function trim(bytes: Buffer): Buffer {
  const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
  const start = bytes.findIndex((byte) => !isBlank(byte));
  return start < 0 ? Buffer.alloc(0) : bytes.subarray(start, bytes.findLastIndex((byte) => !isBlank(byte)) + 1);
}

function unquote(bytes: Buffer): Buffer {
  const isQuoted = bytes.byteLength > 2 && bytes[0] === bytes.at(-1) && [0x22, 0x27, 0x60].includes(bytes[0] ?? 0);
  return isQuoted ? bytes.subarray(1, -1) : bytes;
}
