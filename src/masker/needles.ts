import { isUtf8 } from 'node:buffer';
import { goJson, javascriptJson, phpJson, pythonJson } from './dialects/json.ts';
import { spellAll, spellings } from './dialects/spellings.ts';
import { base64Forms, twiceBase64, utf16Base64Forms } from './encodings/base64.ts';
import { hexForms } from './encodings/hex.ts';
import { partsOf } from './parts/parts.ts';

/** Values shorter than this many bytes are not masked: they would hide half of every log. */
export const minMaskedBytes = 4;
/** Base64 and hex are letters and digits alone: fewer of them are a part of some word. */
const minEncodedBytes = 8;
/** Base64 of what a program made of the value before. */
const innerDialects = [javascriptJson, pythonJson, goJson, phpJson];
const maxInnerBytes = 1_024;

/** Everything that would give the value away in a log: itself and its parts, in every dialect and encoding. */
export function needlesOf(value: Uint8Array): readonly Buffer[] {
  const forms = new Set<string>();
  for (const part of partsOf(Buffer.from(value))) for (const form of formsOf(part)) forms.add(form);
  return [...forms].map((form) => Buffer.from(form, 'latin1'));
}

function formsOf(bytes: Buffer): readonly string[] {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  const inner =
    text === undefined || bytes.byteLength > maxInnerBytes
      ? [bytes]
      : [...spellAll([bytes.toString('latin1')], innerDialects)].map((form) => Buffer.from(form, 'latin1'));
  const encoded = [
    ...inner.flatMap((form) => [...base64Forms(form)]),
    ...(text === undefined ? [] : utf16Base64Forms(text)),
    ...twiceBase64(bytes),
    ...hexForms(bytes),
  ];
  return [...spellings(bytes), ...encoded.filter((form) => form.length >= minEncodedBytes)];
}
