import { isUtf8 } from 'node:buffer';
import { commonSpellings } from './dialects/common.ts';
import { goJson, javascriptJson, phpJson, pythonJson } from './dialects/json.ts';
import { spellAll, spellings, type Breadth } from './dialects/spellings.ts';
import { alignments, alignedBase64, base64Forms, twiceBase64, utf16Of } from './encodings/base64.ts';
import { hexForms, plainHexForms } from './encodings/hex.ts';
import { write, type Needle } from './encodings/needle.ts';
import { shortenedForms } from './encodings/shortened.ts';
import { partsOf, type Part } from './parts/parts.ts';

/** Shorter values, in bytes, are not masked: they would hide half of every log. */
export const minMaskedBytes = 4;
/** Base64 of the value after a program has re-encoded it. */
const inBase64 = [javascriptJson, pythonJson, goJson, phpJson];
/** Pairs of dialects mean hundreds of copies, so only values up to this many bytes are searched for in all of them. */
const maxPairedBytes = 2_048;
const maxSpelledBytes = 4_096;
/** Passwords and tokens are shorter: in a large document they are searched for in all dialects. */
const maxLeafBytes = 256;

/** Makes some of a value's needles; each time the same. */
export interface Family {
  readonly make: () => readonly Needle[];
  /** Whether that takes so long that it should happen once. */
  readonly isSlow: boolean;
}

/** Everything that would reveal the value in a log: itself and its parts, in every dialect and encoding. */
export function needlesOf(value: Uint8Array, isCrowded = false): readonly Buffer[] {
  return familiesOf(value, isCrowded).flatMap(({ make }) => make().map((needle) => write(needle)));
}

/**
 * The same in families. Those of a large value are made again in a moment once text shows where one of them begins;
 * the pairs of dialects of a small one are not, and text that begins like many of them would make all of these again.
 * @param isCrowded there are so many needles that only common ones can be added
 */
export function familiesOf(value: Uint8Array, isCrowded = false): readonly Family[] {
  const bytes = Buffer.from(value);
  if (bytes.byteLength > maxSpelledBytes || isCrowded)
    return partsOf(bytes)
      .flatMap((part) => largeFamilies(part, isCrowded))
      .map((make) => ({ make, isSlow: false }));
  const make = (): readonly Needle[] => partsOf(bytes).flatMap((part) => formsOfPart(part, bytes.byteLength));
  return [{ make, isSlow: true }];
}

function formsOfPart({ bytes, kind }: Part, valueBytes: number): readonly Needle[] {
  if (valueBytes <= maxPairedBytes) return formsOf(bytes, 'pairs');
  return kind === 'layout' ? [bytes] : formsOf(bytes, 'all');
}

/** A large value may have many lines and leaves, each of which would bring a hundred needles. */
function largeFamilies({ bytes, kind }: Part, isCrowded: boolean): readonly Family['make'][] {
  if (kind === 'layout') return [() => [bytes]];
  const isPiece = kind === 'line' || (kind === 'leaf' && bytes.byteLength > maxLeafBytes);
  if (bytes.byteLength <= maxSpelledBytes && !isPiece) return [() => formsOf(bytes, isCrowded ? 'common' : 'all')];
  const encoded = isPiece || !isUtf8(bytes) ? [() => bytes] : [() => bytes, () => utf16Of(bytes)];
  return [
    () => commonSpellings(bytes),
    ...encoded.flatMap((of) => alignments.map((offset) => () => alignedBase64(of(), offset))),
    ...(isPiece ? [] : [() => twiceBase64(bytes), () => shortenedForms(bytes)]),
    () => plainHexForms(bytes),
  ];
}

/** Those first that are the same bytes in memory. */
function formsOf(bytes: Buffer, breadth: Breadth | 'common'): readonly Needle[] {
  const isText = isUtf8(bytes);
  const written = [bytes.toString('latin1')];
  const inner = isText && breadth === 'pairs' ? spellAll(written, inBase64) : written;
  return [
    ...(breadth === 'common'
      ? [...plainHexForms(bytes), ...commonSpellings(bytes)]
      : [...hexForms(bytes), ...shortenedForms(bytes), ...asBytes(spellings(bytes, breadth))]),
    ...[...inner].flatMap((form) => base64Forms(Buffer.from(form, 'latin1'))),
    ...(isText ? base64Forms(utf16Of(bytes)) : []),
    ...twiceBase64(bytes),
  ];
}

/** Small ones share memory. */
function asBytes(forms: Iterable<string>): readonly Buffer[] {
  const all = [...new Set(forms)];
  const joined = Buffer.from(all.filter(({ length }) => length <= maxSpelledBytes).join(''), 'latin1');
  let end = 0;
  return all.map((form) => {
    if (form.length > maxSpelledBytes) return Buffer.from(form, 'latin1');
    end += form.length;
    return joined.subarray(end - form.length, end);
  });
}
