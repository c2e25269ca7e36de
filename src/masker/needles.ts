import { isUtf8 } from 'node:buffer';
import { goJson, javascriptJson, phpJson, pythonJson } from './dialects/json.ts';
import { spellAll, spellings, type Breadth } from './dialects/spellings.ts';
import { base64Forms, twiceBase64, utf16Base64Forms } from './encodings/base64.ts';
import { hexForms, plainHexForms } from './encodings/hex.ts';
import { partsOf, type Part } from './parts/parts.ts';

/** Shorter values, in bytes, are not masked: they would hide half of every log. */
export const minMaskedBytes = 4;
/** Base64 and hex are only letters and digits: shorter ones occur in ordinary words. */
const minEncodedBytes = 8;
/** Base64 of the value after a program has re-encoded it. */
const inBase64 = [javascriptJson, pythonJson, goJson, phpJson];
/** Pairs of dialects mean hundreds of copies, so only values up to this many bytes are searched for in all of them. */
const maxPairedBytes = 2_048;
const maxSpelledBytes = 4_096;
/** Passwords and tokens are shorter: in a large document they are searched for in all dialects. */
const maxLeafBytes = 256;

/**
 * Everything that would reveal the value in a log: itself and its parts, in every dialect and encoding.
 * @param isCrowded there are so many needles that only common ones can be added
 */
export function needlesOf(value: Uint8Array, isCrowded = false): readonly Buffer[] {
  const forms = new Set<string>();
  const isSmall = value.byteLength <= maxPairedBytes && !isCrowded;
  const isLarge = value.byteLength > maxSpelledBytes || isCrowded;
  const breadthOf = ({ byteLength }: Buffer): Breadth =>
    isSmall ? 'pairs' : byteLength <= maxSpelledBytes && !isCrowded ? 'all' : 'common';
  for (const { bytes, kind } of partsOf(Buffer.from(value))) {
    if (kind === 'layout' && !isSmall) forms.add(bytes.toString('latin1'));
    else if (isLarge && isPiece(kind, bytes)) for (const form of pieceForms(bytes)) forms.add(form);
    else for (const form of formsOf(bytes, breadthOf(bytes))) forms.add(form);
  }
  return asBytes([...forms]);
}

/** Small ones share memory. */
function asBytes(forms: readonly string[]): readonly Buffer[] {
  const joined = Buffer.from(forms.filter(({ length }) => length <= maxSpelledBytes).join(''), 'latin1');
  let end = 0;
  return forms.map((form) => {
    if (form.length > maxSpelledBytes) return Buffer.from(form, 'latin1');
    end += form.length;
    return joined.subarray(end - form.length, end);
  });
}

/** A large value may have many of these, each of which would bring a hundred needles. */
function isPiece(kind: Part['kind'], { byteLength }: Buffer): boolean {
  return kind === 'line' || (kind === 'leaf' && byteLength > maxLeafBytes);
}

function pieceForms(bytes: Buffer): readonly string[] {
  const encoded = [...base64Forms(bytes), ...plainHexForms(bytes)];
  return [...spellings(bytes, 'common'), ...encoded.filter((form) => form.length >= minEncodedBytes)];
}

function formsOf(bytes: Buffer, breadth: Breadth): readonly string[] {
  const isText = isUtf8(bytes);
  const written = [bytes.toString('latin1')];
  const inner = isText && breadth === 'pairs' ? spellAll(written, inBase64) : written;
  const encoded = [
    ...[...inner].flatMap((form) => [...base64Forms(Buffer.from(form, 'latin1'))]),
    ...(isText ? utf16Base64Forms(bytes.toString('utf8')) : []),
    ...twiceBase64(bytes),
    ...(breadth === 'common' ? plainHexForms(bytes) : hexForms(bytes)),
  ];
  return [...spellings(bytes, breadth), ...encoded.filter((form) => form.length >= minEncodedBytes)];
}
