import { SecretValue } from '@kici-dev/secret-backend';

/**
 * What the kit writes, reads and lists: values that stores and clients are known to alter, and names that they confuse.
 */
const texts: Readonly<Record<string, string>> = {
  'a trailing newline': 'line\n',
  'a trailing CR LF': 'line\r\n',
  'a lone CR': 'a\rb',
  'only white space': ' \t ',
  'white space around': '  padded  ',
  'a NUL': 'a\0b',
  'a byte-order mark': '\ufeffvalue',
  'several scripts and an emoji': 'häßlich 漢字 🔑',
  'combining characters, not composed': 'e\u0301',
  'a JSON object': '{"a":1,"a":2}',
  'a big integer in JSON': '{"id":9007199254740993}',
  'a number': '1e3',
  'a number with zeros': '007.10',
  true: 'true',
  null: 'null',
  'a prototype name': '__proto__',
  'quotes and a backslash': '"\\\'`$HOME',
  base64: 'aGVsbG8=',
  'a PEM file': `-----BEGIN KEY-----\n${'QUJD'.repeat(16)}\n-----END KEY-----\n`,
  '4 KiB and one byte': 'x'.repeat(4097),
};

const binaries: Readonly<Record<string, Uint8Array>> = {
  'every byte': Uint8Array.from({ length: 256 }, (_, index) => index),
  'no UTF-8': Uint8Array.of(0xff, 0xfe, 0x80, 0x00),
  'half a UTF-8 character': Uint8Array.of(0x61, 0xe2, 0x82),
  'a surrogate in UTF-8': Uint8Array.of(0xed, 0xa0, 0x80),
  zeros: new Uint8Array(33),
};

/** A value, and what is awkward about it. */
export interface NamedValue {
  readonly what: string;
  readonly value: SecretValue;
}

/** Those that the store has room for. */
export function textValues(maxBytes: number): readonly NamedValue[] {
  return Object.entries(texts)
    .map(([what, text]) => ({ what, value: SecretValue.fromText(text) }))
    .filter(({ value }) => value.byteLength <= maxBytes);
}

/** Bytes that are not UTF-8, for stores that accept any; those that fit. */
export function binaryValues(maxBytes: number): readonly NamedValue[] {
  return Object.entries(binaries)
    .map(([what, bytes]) => ({ what, value: SecretValue.fromBytes(bytes) }))
    .filter(({ value }) => value.byteLength <= maxBytes);
}

/** Valid environment keys that mappings to a service's names tend to confuse. */
export const awkwardKeys: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'a.b',
  'a-b',
  'a_b',
  'a__b',
  'a--b',
  'a._b',
  'token',
  'TOKEN',
  'Token',
  '_',
  'api-abcdef',
  'K'.repeat(64),
];

/** Scopes that a mapping to a service's names may confuse with one another, or with names of its own. */
export const awkwardScopes: readonly string[] = [
  'a.b',
  'a-b',
  'a_b',
  'a__b',
  'a--b',
  'a/b',
  'A/b',
  'a/b/c',
  '-a',
  '0',
  'data',
  'metadata',
  '__proto__x',
];
