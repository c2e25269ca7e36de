/** The characters that each common encoder leaves alone, letters and digits apart. */
const encodeUriComponent = "-_.!~*'()";
const rfc3986 = '-_.~';
const form = '*-._';

/** Percent-encodings of bytes, with a space as `%20` or `+`, and digits in both cases. */
export function percentForms(bytes: Buffer): string[] {
  const upper = [
    encode(bytes, encodeUriComponent, '%20'), encode(bytes, rfc3986, '%20'), encode(bytes, rfc3986, '+'), encode(bytes, form, '+'), encode(bytes, `${rfc3986}/`, '%20'),
  ];
  return [...upper, ...upper.map((text) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
}

function encode(bytes: Buffer, unreserved: string, space: string): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === ' ') text += space;
    else if (/[A-Za-z0-9]/.test(character) || unreserved.includes(character)) text += character;
    else text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
