import { base64Forms } from './encodings/base64.ts';
import { hexForms } from './encodings/hex.ts';
import { percentForms } from './encodings/percent.ts';
import { textForms } from './encodings/text.ts';

/** Values shorter than this many bytes are not masked: they would hide half of every log. */
export const minMaskedBytes = 4;
const minEncodedBytes = 8;
const minLineBytes = 8;
const pemArmour = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;

/**
 * Everything that would give the value away in a log: itself, its longer lines, and its usual encodings; and the same of
 * it without the blanks and line ends around it, which `$(…)` and many programs take off.
 */
export function needlesOf(value: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(value);
  const bare = trim(bytes);
  return bare.byteLength === bytes.byteLength || bare.byteLength < minMaskedBytes
    ? formsOf(bytes)
    : [...formsOf(bytes), ...formsOf(bare)];
}

function formsOf(bytes: Buffer): readonly Buffer[] {
  const encoded = new Set([...base64Forms(bytes), ...hexForms(bytes), ...percentForms(bytes), ...textForms(bytes)]);
  return [
    bytes,
    ...linesOf(bytes),
    ...[...encoded].map((form) => Buffer.from(form, 'latin1')).filter((form) => form.byteLength >= minEncodedBytes),
  ];
}

function trim(bytes: Buffer): Buffer {
  const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
  const start = bytes.findIndex((byte) => !isBlank(byte));
  return start < 0 ? Buffer.alloc(0) : bytes.subarray(start, bytes.findLastIndex((byte) => !isBlank(byte)) + 1);
}

/** Output is often cut or indented line by line. Armour lines are not secret, and stand in certificates too. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines = bytes.toString('latin1').split(/\r\n|\r|\n/);
  if (lines.length === 1) return [];
  return lines
    .filter((line) => line.length >= minLineBytes && !pemArmour.test(line))
    .map((line) => Buffer.from(line, 'latin1'));
}
