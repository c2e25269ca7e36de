import { backslashed, escapedHex, hex, pairedHex, upperHex, upperPairedHex, type Written } from './needle.ts';

/** How many bytes of a Buffer Node.js shows by default. */
const inspectedBytes = 50;

/** For large values, which nobody shows byte by byte. */
export function plainHexForms(bytes: Uint8Array): readonly Written[] {
  return hasLetters(bytes)
    ? [
        { bytes, form: hex },
        { bytes, form: upperHex },
      ]
    : [{ bytes, form: hex }];
}

/** In a row, with a colon or a blank between bytes, as C escapes, and what else is written byte by byte. */
export function hexForms(bytes: Uint8Array): readonly Written[] {
  const paired = hasLetters(bytes) ? [...pairedHex, ...upperPairedHex] : pairedHex;
  const forms = [...plainHexForms(bytes), ...[...paired, escapedHex, backslashed].map((form) => ({ bytes, form }))];
  return bytes.byteLength > inspectedBytes
    ? [...forms, { bytes: bytes.subarray(0, inspectedBytes), form: pairedHex[0] }]
    : forms;
}

/** Otherwise upper case is the same. */
function hasLetters(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte >= 0xa0 || (byte & 0x0f) >= 0x0a);
}
