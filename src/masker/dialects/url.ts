import { hexDigits, type Dialect } from './dialect.ts';

/** What each encoder leaves alone, beside letters and digits; a blank there means that it is written as `+`. */
const kept: Readonly<Record<string, string>> = {
  'RFC 3986 unreserved: Python, curl, jq': '-_.~',
  'query of Go and Python': '-_.~ ',
  'path of Python': '-_.~/',
  'query of Python with slashes': '-_.~/ ',
  encodeURIComponent: "-_.!~*'()",
  encodeURI: "-_.!~*'();/?:@&=+$,#",
  'form of Java and browsers': '-_.* ',
  'rawurlencode before RFC 3986': '-_.',
  'urlencode of PHP': '-_. ',
  'path of Go': '-_.~$&+=:@',
  'whole path of Go': '-_.~$&+=:@/,;',
  'fragment of Go': '-_.~$&+=:@/,;?!()*',
  'path segment with reserved marks': "-_.~$&+,;=:@!'()*",
  'user information of Go': '-_.~$&+,;=',
  'path of java.net.URI': "-_.!~'()*:@&=+$,;/",
  'query of java.net.URI': "-_.!~'()*:@&=+$,;/?[]",
  'user information of WHATWG': "-_.~!$&'()*+,%",
  'path of WHATWG': "-_.~!$&'()*+,;=:@/[]\\|%",
  'query of WHATWG': "-_.~!$&'()*+,;=:@/?[]\\^`{|}%",
  'special query of WHATWG': '-_.~!$&()*+,;=:@/?[]\\^`{|}%',
  'fragment of WHATWG': "-_.~!$&'()*+,;=:@/?[]\\^{|}%#",
};

const escapes = Array.from({ length: 256 }, (_, byte) => `%${hexDigits(byte, 2).toUpperCase()}`);

function percentDialect(name: string, marks: string): Dialect {
  const plain = marks.replace(' ', '').replace(/[\\\]^-]/g, String.raw`\$&`);
  const pattern = new RegExp(`[^A-Za-z0-9${plain}]`, 'g');
  const blank = marks.includes(' ') ? '+' : '%20';
  return {
    name: `URL: ${name}`,
    bytewise: true,
    spell: (bytes) => bytes.replace(pattern, (byte) => (byte === ' ' ? blank : (escapes[byte.charCodeAt(0)] ?? byte))),
  };
}

const upper = Object.entries(kept).map(([name, marks]) => percentDialect(name, marks));

function lower({ name, spell }: Dialect): Dialect {
  return {
    name: `${name}, small letters`,
    bytewise: true,
    spell: (bytes) => spell(bytes).replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  };
}

export const urlComponent = percentDialect('RFC 3986 unreserved', '-_.~');
export const uriComponent = percentDialect('encodeURIComponent', "-_.!~*'()");
export const urlForm = percentDialect('form', '-_.* ');
/** How parts of URLs are percent-encoded. */
export const urlDialects: readonly Dialect[] = [...upper, ...upper.map(lower)];
