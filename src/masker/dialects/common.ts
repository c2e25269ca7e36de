import { isUtf8 } from 'node:buffer';
import type { Needle, Spelled } from '../encodings/needle.ts';
import type { Dialect } from './dialect.ts';
import { javascriptJson, jqJson } from './json.ts';
import { innerDialects } from './spellings.ts';

/** Dialects around one another, the inner one first, with what they made of characters so far. */
interface Chain {
  readonly dialects: readonly Dialect[];
  readonly known: Map<string, string>;
}

const chainOf = (...dialects: readonly Dialect[]): Chain => ({ dialects, known: new Map() });
const chains: readonly Chain[] = [
  ...innerDialects.map((dialect) => chainOf(dialect)),
  ...[javascriptJson, jqJson].flatMap((inner) => [
    chainOf(inner),
    chainOf(inner, javascriptJson),
    chainOf(inner, jqJson),
  ]),
];
const bytewiseChains = chains.filter(({ dialects }) => dialects.every(({ bytewise }) => bytewise));

/** Every dialect leaves all other characters alone. */
const marks = /[^\w.-]/gu;
const isMark = Array.from({ length: 0x80 }, (_, code) => /[^\w.-]/.test(String.fromCharCode(code)));
const maxKnown = 4_096;

/**
 * The value as it is and in the common dialects. They differ in what they make of each character, so one look at which
 * characters the value has tells them apart; none is spelled before it is needed.
 */
export function commonSpellings(bytes: Buffer): readonly Needle[] {
  const isText = isUtf8(bytes);
  const counts = countMarks(bytes, isText);
  const characters = [...counts.keys()];
  const byImages = new Map<string, readonly string[]>([[characters.join('\0'), characters]]);
  for (const chain of isText ? chains : bytewiseChains) {
    const images = characters.map((character) => imageOf(chain, character, isText));
    byImages.set(images.join('\0'), images);
  }
  return [...byImages.values()].map((images) => spelled(bytes, isText ? 'utf8' : 'latin1', counts, images));
}

/** How often the value has each character that a dialect may spell. */
function countMarks(bytes: Buffer, isText: boolean): ReadonlyMap<string, number> {
  const byByte = new Uint32Array(256);
  for (const byte of bytes) byByte[byte] = (byByte[byte] ?? 0) + 1;
  const counts = new Map<string, number>();
  const own = isText ? byByte.subarray(0, 0x80) : byByte;
  for (const [code, count] of own.entries())
    if (count > 0 && (isMark[code] ?? true)) counts.set(String.fromCharCode(code), count);
  if (!isText || byByte.subarray(0x80).every((count) => count === 0)) return counts;
  for (const character of bytes.toString('utf8').match(/[^\0-\u007f]/gu) ?? [])
    counts.set(character, (counts.get(character) ?? 0) + 1);
  return counts;
}

function imageOf({ dialects, known }: Chain, character: string, isText: boolean): string {
  const image = known.get(character);
  if (image !== undefined) return image;
  const toBytes = (text: string): string => (isText ? Buffer.from(text).toString('latin1') : text);
  const made = dialects.reduce((text, { spell, bytewise }) => spell(bytewise ? toBytes(text) : text), character);
  if (known.size < maxKnown) known.set(character, made);
  return made;
}

/** @param images what each counted character becomes */
function spelled(
  bytes: Buffer,
  encoding: 'utf8' | 'latin1',
  counts: ReadonlyMap<string, number>,
  images: readonly string[],
): Needle {
  const table = new Map<string, string>();
  let length = bytes.byteLength;
  for (const [index, [character, count]] of [...counts].entries()) {
    const image = images[index] ?? character;
    if (image === character) continue;
    table.set(character, image);
    length += count * (Buffer.byteLength(image, encoding) - Buffer.byteLength(character, encoding));
  }
  if (table.size === 0) return bytes;
  const needle: Spelled = {
    length,
    first(most) {
      // No dialect makes a character shorter.
      let end = Math.min(bytes.byteLength, most);
      while (encoding === 'utf8' && ((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1;
      const text = bytes.toString(encoding, 0, end).replace(marks, (character) => table.get(character) ?? character);
      return Buffer.from(text, encoding);
    },
  };
  return needle;
}
