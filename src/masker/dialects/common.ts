import { isAscii, isUtf8 } from 'node:buffer';
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
const bytewiseChains = innerDialects.filter(({ bytewise }) => bytewise).map((dialect) => chainOf(dialect));

/** Every dialect leaves all other characters alone. */
const marks = /[^\w.-]/gu;
const isMark = Array.from({ length: 0x80 }, (_, code) => /[^\w.-]/.test(String.fromCharCode(code)));
/** Characters, which are known one by one and in the order of their codes: that of a text would tell of it. */
const maxKnown = 4_096;

/** What characters of a value become, beside those that stay. */
type Images = ReadonlyMap<string, string>;

/**
 * Values of one kind have the same characters, and one value's lines too. Only ASCII is kept: of other characters,
 * those of a text together are nearly the text.
 */
const imagesByMarks = new Map<string, readonly Images[]>();
const maxKinds = 256;

/**
 * The value as it is and in the common dialects. They differ in what they make of each character, so one look at which
 * characters the value has tells them apart; none is spelled before it is needed.
 */
export function commonSpellings(bytes: Buffer): readonly Needle[] {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const counts = countMarks(bytes, encoding);
  const key = `${encoding} ${[...counts.keys()].join('')}`;
  const all = imagesByMarks.get(key) ?? imagesOf([...counts.keys()], encoding);
  if (isAscii(Buffer.from(key)) && imagesByMarks.size < maxKinds) imagesByMarks.set(key, all);
  return all.map((images) => (images.size === 0 ? bytes : spelled(bytes, encoding, counts, images)));
}

type Encoding = 'utf8' | 'latin1';

/** How often the value has each character that a dialect may spell, in order. */
function countMarks(bytes: Buffer, encoding: Encoding): ReadonlyMap<string, number> {
  const byByte = new Uint32Array(256);
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    byByte[byte] = (byByte[byte] ?? 0) + 1;
  }
  const counts = new Map<string, number>();
  const own = encoding === 'utf8' ? byByte.subarray(0, 0x80) : byByte;
  for (const [code, count] of own.entries())
    if (count > 0 && (isMark[code] ?? true)) counts.set(String.fromCharCode(code), count);
  if (encoding === 'latin1' || byByte.subarray(0x80).every((count) => count === 0)) return counts;
  for (const character of (bytes.toString('utf8').match(/[^\0-\u007f]/gu) ?? []).toSorted())
    counts.set(character, (counts.get(character) ?? 0) + 1);
  return counts;
}

/** What the dialects that differ make of the characters; of none in the first. */
function imagesOf(characters: readonly string[], encoding: Encoding): readonly Images[] {
  const unlike = new Map<string, Images>([['', new Map()]]);
  for (const chain of encoding === 'utf8' ? chains : bytewiseChains) {
    const images = characters
      .map((character) => [character, imageOf(chain, character, encoding)] as const)
      .filter(([character, image]) => image !== character);
    unlike.set(images.flat().join('\0'), new Map(images));
  }
  return [...unlike.values()];
}

function imageOf({ dialects, known }: Chain, character: string, encoding: Encoding): string {
  const image = known.get(character);
  if (image !== undefined) return image;
  const toBytes = (text: string): string => Buffer.from(text, encoding).toString('latin1');
  const made = dialects.reduce((text, { spell, bytewise }) => spell(bytewise ? toBytes(text) : text), character);
  if (known.size < maxKnown) known.set(character, made);
  return made;
}

function spelled(bytes: Buffer, encoding: Encoding, counts: ReadonlyMap<string, number>, images: Images): Spelled {
  let length = bytes.byteLength;
  for (const [character, image] of images)
    length +=
      (counts.get(character) ?? 0) * (Buffer.byteLength(image, encoding) - Buffer.byteLength(character, encoding));
  return {
    length,
    first(most) {
      // No dialect makes a character shorter.
      const end = encoding === 'utf8' ? endOfCharacter(bytes, most) : Math.min(bytes.length, most);
      const text = bytes.toString(encoding, 0, end).replace(marks, (character) => images.get(character) ?? character);
      return Buffer.from(text, encoding);
    },
  };
}

/** The first position from this one on at which no character is cut, or the end. */
function endOfCharacter(bytes: Uint8Array, from: number): number {
  let end = Math.min(bytes.length, from);
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1;
  return end;
}
