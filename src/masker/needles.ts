import { base64Forms } from './encodings/base64.ts';
import { hexForms } from './encodings/hex.ts';
import { percentForms } from './encodings/percent.ts';
import { textForms } from './encodings/text.ts';

const minEncodedBytes = 8;
const minLineBytes = 8;
const pemArmour = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;

/** Everything that would give the value away in a log: itself, its longer lines, and its usual encodings. */
export function needlesOf(value: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(value);
  const encoded = [...base64Forms(bytes), ...hexForms(bytes), ...percentForms(bytes), ...textForms(bytes)];
  return [bytes, ...linesOf(bytes), ...encoded.map((form) => Buffer.from(form, 'latin1')).filter((form) => form.byteLength >= minEncodedBytes)];
}

/** Output is often cut or indented line by line. Armour lines are no secret, and stand in certificates too. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines = bytes.toString('latin1').split(/\r\n|\r|\n/);
  if (lines.length === 1) return [];
  return lines.filter((line) => line.length >= minLineBytes && !pemArmour.test(line)).map((line) => Buffer.from(line, 'latin1'));
}
