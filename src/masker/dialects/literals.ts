import { codePointEscape, hexDigits, replacing, upperUnitEscape, type Dialect } from './dialect.ts';

/** Escapes that runtimes use to show a string to programmers. */

const lineEscapes = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`, '\\': String.raw`\\` };
const bellEscapes = { '\u0007': String.raw`\a`, '\b': String.raw`\b`, '\f': String.raw`\f`, '\v': String.raw`\v` };
const singleQuote = { "'": String.raw`\'` };
const doubleQuote = { '"': String.raw`\"` };
/** Characters without a glyph, except the plain space. */
const unprintable = String.raw`\p{C}\u00a0\p{Zl}\p{Zp}\u1680\u2000-\u200a\u202f\u205f\u3000`;

function pythonRepr(quotes: Readonly<Record<string, string>>): (text: string) => string {
  const pattern = new RegExp(String.raw`['\\${unprintable}]`, 'gu');
  return replacing(pattern, { ...lineEscapes, "'": "'", ...quotes }, codePointEscape);
}

function pythonAscii(quotes: Readonly<Record<string, string>>): (text: string) => string {
  return replacing(/[^ -&(-[\]-~]/gu, { ...lineEscapes, "'": "'", ...quotes }, codePointEscape);
}

/** Go uses `\xhh` for bytes only. */
const goEscape = (character: string): string =>
  character < '\u0080' ? codePointEscape(character) : codePointEscape(character).replace(/^\\x/, String.raw`\u00`);
const upperHex = (unit: string): string => `\\x${hexDigits(unit.charCodeAt(0), 2).toUpperCase()}`;
const inspectEscapes = { ...lineEscapes, '\b': String.raw`\b`, '\f': String.raw`\f` };

function yamlEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hexDigits(code, 2).toUpperCase()}`;
  return code < 0x1_0000 ? `\\u${hexDigits(code, 4).toUpperCase()}` : `\\U${hexDigits(code, 8).toUpperCase()}`;
}

const yamlEscapes = {
  ...lineEscapes,
  ...bellEscapes,
  ...doubleQuote,
  '\0': String.raw`\0`,
  '\u001b': String.raw`\e`,
  '\u0085': String.raw`\N`,
  '\u00a0': String.raw`\_`,
  '\u2028': String.raw`\L`,
  '\u2029': String.raw`\P`,
};

const propertyEscapes = {
  ...lineEscapes,
  '\f': String.raw`\f`,
  '=': String.raw`\=`,
  ':': String.raw`\:`,
  '#': String.raw`\#`,
  '!': String.raw`\!`,
};

export const pythonLiteral: Dialect = { name: 'Python repr', spell: pythonRepr(singleQuote) };
export const goLiteral: Dialect = {
  name: 'Go %q',
  spell: replacing(
    new RegExp(String.raw`["\\${unprintable}]`, 'gu'),
    { ...lineEscapes, ...bellEscapes, ...doubleQuote },
    goEscape,
  ),
};

export const inspectDialects: readonly Dialect[] = [
  { name: 'Node.js inspect', spell: replacing(/[\\\p{Cc}]/gu, inspectEscapes, upperHex) },
  {
    name: 'Node.js inspect in single quotes',
    spell: replacing(/['\\\p{Cc}]/gu, { ...inspectEscapes, ...singleQuote }, upperHex),
  },
];

/** How languages write a string in their source. */
export const literalDialects: readonly Dialect[] = [
  pythonLiteral,
  { name: 'Python repr in double quotes', spell: pythonRepr({}) },
  { name: 'Python ascii', spell: pythonAscii(singleQuote) },
  { name: 'Python ascii in double quotes', spell: pythonAscii({}) },
  { name: 'Python bytes', spell: pythonAscii(singleQuote), bytewise: true },
  { name: 'Python bytes in double quotes', spell: pythonAscii({}), bytewise: true },
  goLiteral,
  {
    name: 'Go %+q',
    spell: replacing(/[^ !#-[\]-~]/gu, { ...lineEscapes, ...bellEscapes, ...doubleQuote }, goEscape),
  },
  ...inspectDialects,
  { name: 'YAML in double quotes', spell: replacing(/[^ !#-[\]-~]/gu, yamlEscapes, yamlEscape) },
  {
    name: 'YAML in double quotes, plain text',
    spell: replacing(new RegExp(String.raw`["\\${unprintable}]`, 'gu'), yamlEscapes, yamlEscape),
  },
  {
    name: 'YAML of JavaScript',
    spell: replacing(/["\\\u0085\u00a0\u2028\u2029]|[^ -\u{10ffff}]/gu, yamlEscapes, yamlEscape),
  },
  { name: 'properties of Java', spell: replacing(/[\\\t\n\r\f=:#!]/g, propertyEscapes) },
  {
    name: 'properties of Java, ASCII',
    spell: replacing(/[\\\t\n\r\f=:#!]|[^ -~]/g, propertyEscapes, upperUnitEscape),
  },
  { name: 'addslashes of PHP', spell: replacing(/['"\\\0]/g, { '\0': String.raw`\0` }, (mark) => `\\${mark}`) },
  {
    name: 'MySQL',
    spell: replacing(/['"\\\0\n\r]/g, { ...lineEscapes, ...singleQuote, ...doubleQuote, '\0': String.raw`\0` }),
  },
  {
    name: 'double quotes of Perl',
    spell: replacing(
      /["\\$@]|[^ -~]/g,
      { ...lineEscapes, ...bellEscapes, '\v': String.raw`\13`, '\u001b': String.raw`\e` },
      (byte) => (/["$@]/.test(byte) ? `\\${byte}` : `\\${byte.charCodeAt(0).toString(8)}`),
    ),
    bytewise: true,
  },
  { name: 'single quotes of PHP and Perl', spell: replacing(/['\\]/g, { ...singleQuote, '\\': String.raw`\\` }) },
  { name: 'doubled single quotes: SQL, YAML, PowerShell', spell: replacing(/'/g, { "'": "''" }) },
  { name: 'doubled double quotes: CSV, SQL names', spell: replacing(/"/g, { '"': '""' }) },
];
