import { isUtf8 } from 'node:buffer';
import { leavesOf } from './leaves.ts';
import { joinedLines, joinedWords, keyBodies, linesOf, withLineEnds } from './lines.ts';
import { secretLeaves } from './secret-leaves.ts';

const minPartBytes = 4;
/** Secret documents are small; a larger value is treated as text. */
const maxDocumentBytes = 65_536;
/** A leaf may itself be a document: a key file in JSON in base64. */
const maxDepth = 3;

/** Each is searched for in more forms than the one before. A layout is the whole value as a program lays it out. */
const kinds = ['layout', 'line', 'leaf', 'whole'] as const;

/** A part of a value that is searched for separately. */
export interface Part {
  readonly bytes: Buffer;
  readonly kind: (typeof kinds)[number];
}

/** The value, the value without surrounding white space and quotes, its secret leaves, its lines. */
export function partsOf(value: Buffer): readonly Part[] {
  const parts = new Map<string, Part>();
  gather(value, parts, 0);
  return [...parts.values()];
}

function gather(value: Buffer, parts: Map<string, Part>, depth: number): void {
  const add = (bytes: Buffer, kind: Part['kind'] = depth > 0 ? 'leaf' : 'whole'): void => {
    const id = bytes.toString('latin1');
    const known = parts.get(id);
    const isMore = known === undefined || kinds.indexOf(known.kind) < kinds.indexOf(kind);
    if (bytes.byteLength >= minPartBytes && isMore) parts.set(id, { bytes, kind });
  };
  add(value);
  const bare = trim(value);
  add(bare);
  add(unquote(bare));
  const encoding = isUtf8(bare) ? 'utf8' : 'latin1';
  const text = bare.toString(encoding);
  add(Buffer.from(joinedWords(text), encoding), 'layout');
  for (const { body, lines } of keyBodies(text)) {
    add(Buffer.from(body), 'layout');
    for (const line of lines) add(Buffer.from(line), 'line');
  }
  const document = encoding === 'utf8' && bare.byteLength <= maxDocumentBytes ? leavesOf(text) : undefined;
  const secrets = document === undefined ? [] : secretLeaves(document.leaves);
  for (const layout of document?.layouts ?? []) add(Buffer.from(layout), 'layout');
  // Where no secret was found among them, the lines themselves are it.
  if (document?.isWhole !== true || secrets.length === 0) {
    const read = withLineEnds(text);
    add(Buffer.from(read, encoding), 'layout');
    for (const form of new Set([text, read])) {
      for (const line of linesOf(form)) add(Buffer.from(line, encoding), 'line');
      for (const layout of joinedLines(form)) add(Buffer.from(layout, encoding), 'layout');
    }
  }
  if (depth === maxDepth) return;
  for (const leaf of secrets) gather(Buffer.from(leaf), parts, depth + 1);
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
