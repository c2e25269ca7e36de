import { replacing, unitEscape, upperUnitEscape, type Dialect } from './dialect.ts';

const stringify = (text: string): string => JSON.stringify(text).slice(1, -1);
const after =
  (first: (text: string) => string, ...rest: readonly ((text: string) => string)[]): ((text: string) => string) =>
  (text) =>
    rest.reduce((spelled, spell) => spell(spelled), first(text));

/** Everything that is not printable ASCII, or not ASCII at all. */
const keepPrintable = replacing(/[^ -~]/g, {}, unitEscape);
const keepAscii = replacing(/[\u0080-\uffff]/g, {}, unitEscape);
const escapeSlash = replacing(/\//g, { '/': String.raw`\/` });
const htmlSafe = replacing(/[<>&\u2028\u2029]/g, {}, unitEscape);
const longControls = replacing(/[\b\f]/g, {}, unitEscape);

const shortEscapes = {
  '\b': String.raw`\b`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\f': String.raw`\f`,
  '\r': String.raw`\r`,
  '\\': String.raw`\\`,
};

export const javascriptJson: Dialect = { name: 'JSON: JavaScript, serde, Jackson', spell: stringify };
export const jqJson: Dialect = {
  name: 'JSON: jq',
  spell: after(stringify, replacing(/\u007f/g, {}, unitEscape)),
};
export const pythonJson: Dialect = { name: 'JSON: Python', spell: after(stringify, keepPrintable) };
export const goJson: Dialect = { name: 'JSON: Go', spell: after(stringify, htmlSafe) };
export const phpJson: Dialect = { name: 'JSON: PHP', spell: after(stringify, keepAscii, escapeSlash) };
export const dotnetJson: Dialect = {
  name: 'JSON: .NET',
  // https://learn.microsoft.com/dotnet/standard/serialization/system-text-json/character-encoding
  spell: replacing(/[^ !#-%(-*,-;=?-[\]-_a-~]/g, shortEscapes, upperUnitEscape),
};
export const gsonJson: Dialect = {
  name: 'JSON: Gson',
  spell: after(stringify, replacing(/[<>&='\u2028\u2029]/g, {}, unitEscape)),
};

/** How JSON libraries write a string. */
export const jsonDialects: readonly Dialect[] = [
  javascriptJson,
  jqJson,
  pythonJson,
  goJson,
  {
    name: 'JSON: Go before 1.22',
    spell: (text) =>
      text
        .split(/([\b\f])/)
        .map((part, index) => (index % 2 === 1 ? longControls(part) : htmlSafe(stringify(part))))
        .join(''),
  },
  phpJson,
  { name: 'JSON: PHP with plain slashes', spell: after(stringify, keepAscii) },
  { name: 'JSON: PHP with plain text', spell: after(stringify, escapeSlash) },
  dotnetJson,
  gsonJson,
];
