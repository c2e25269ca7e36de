/** What each common encoder does not leave alone. */
const encodeUriComponent = /[^A-Za-z0-9\-_.!~*'()]/g;
const rfc3986 = /[^A-Za-z0-9\-_.~]/g;
const rfc3986Path = /[^A-Za-z0-9\-_.~/]/g;
const form = /[^A-Za-z0-9*\-._]/g;

const escapes = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`);

/** Percent-encodings of bytes, with a space as `%20` or `+`, and digits in both cases. */
export function percentForms(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const upper = [
    encode(text, encodeUriComponent, '%20'),
    encode(text, rfc3986, '%20'),
    encode(text, rfc3986, '+'),
    encode(text, form, '+'),
    encode(text, rfc3986Path, '%20'),
  ];
  return [...upper, ...upper.map((encoded) => encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
}

function encode(text: string, reserved: RegExp, space: string): string {
  return text.replace(reserved, (character) => (character === ' ' ? space : (escapes[character.charCodeAt(0)] ?? '')));
}
