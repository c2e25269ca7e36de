import { namedControls, octalEscape, replacing, type Dialect } from './dialect.ts';

const named = {
  ...namedControls,
  '\u001b': String.raw`\E`,
  '\\': String.raw`\\`,
  "'": String.raw`\'`,
};
const backslash = (character: string): string => `\\${character}`;

const zshControl = replacing(/[^]/g, named, octalEscape);
const visibleNames = { '\t': String.raw`\t`, '\n': String.raw`\n`, '\\': String.raw`\\`, "'": String.raw`\'` };

/** `\C-X` and `\M-x`, as zsh shows characters without a glyph. */
function visible(byte: string): string {
  const code = byte.charCodeAt(0);
  if (code >= 0x80) return `\\M-${visible(String.fromCharCode(code & 0x7f))}`;
  return code < 0x20 || code === 0x7f ? `\\C-${String.fromCharCode(code ^ 0x40)}` : byte;
}

/** Quotes in a row are written together, so the quotes around the value end and begin again only once, if at all. */
function joined(write: (quotes: string) => string): (text: string) => string {
  return (text) =>
    text.replace(/'+/g, (quotes, at: number) => {
      const [before, after] = [at === 0 ? '' : "'", at + quotes.length === text.length ? '' : "'"];
      return before + write(quotes) + after;
    });
}

/** Stretches between single quotes have quotes of their own, as far as they need them. */
function quotedWhereNeeded(text: string): string {
  const stretches = text
    .split("'")
    .map((stretch) => (/["#$&()*;<>?[\\\]^`{|}\s]/.test(stretch) ? `'${stretch}'` : stretch));
  // Those at the ends may belong to a longer text.
  return stretches.join(String.raw`\'`).replace(/^'|'$/g, '');
}

export const singleQuoted: Dialect = {
  name: 'single quotes of a shell',
  spell: replacing(/'/g, { "'": String.raw`'\''` }),
};
export const doubleQuoted: Dialect = {
  name: 'double quotes of a shell',
  spell: replacing(/["$`\\]/g, {}, backslash),
};
export const dollarQuoted: Dialect = {
  name: "$'…' of bash",
  spell: replacing(/['\\]|[^ -~\u0080-\uffff]/g, named, octalEscape),
};

/** How shells quote a word. */
export const shellDialects: readonly Dialect[] = [
  singleQuoted,
  { name: 'single quotes of Python', spell: replacing(/'/g, { "'": `'"'"'` }) },
  { name: 'quotes of dash', spell: joined((quotes) => `"${quotes}"`) },
  { name: 'quotes of zsh', spell: joined((quotes) => quotes.replaceAll("'", String.raw`\'`)) },
  doubleQuoted,
  dollarQuoted,
  { name: "$'…' of bash, ASCII", spell: replacing(/['\\]|[^ -~]/g, named, octalEscape), bytewise: true },
  { name: 'bash %q', spell: replacing(/[ !"$&'()*,;<>?[\\\]^`{|}]/g, {}, backslash) },
  { name: 'backslashes of a shell', spell: replacing(/[^A-Za-z0-9_@%+=:,./\u0080-\u{10ffff}-]/gu, {}, backslash) },
  {
    name: 'zsh %q',
    bytewise: true,
    spell: replacing(/[ "#$&'()*;<>?[\\\]^`{|}]|[^ -~\u0080-\u00ff]/g, {}, (byte) =>
      /[ -~]/.test(byte) ? backslash(byte) : `$'${zshControl(byte)}'`,
    ),
  },
  {
    name: 'zsh %q, ASCII',
    bytewise: true,
    spell: replacing(/[ "#$&'()*;<>?[\\\]^`{|}]|[^ -~]/g, {}, (byte) =>
      /[ -~]/.test(byte) ? backslash(byte) : `$'${zshControl(byte)}'`,
    ),
  },
  {
    name: "$'…' of zsh",
    spell: replacing(/['\\!]|[^ -~\u0080-\uffff]/g, { ...named, '!': String.raw`\!` }, octalEscape),
  },
  { name: 'trace of zsh', spell: replacing(/['\\]|[^ -~\u0080-\uffff]/g, visibleNames, visible) },
  {
    name: 'trace of zsh, ASCII',
    spell: replacing(/['\\]|[^ -~]/g, visibleNames, visible),
    bytewise: true,
  },
  {
    name: "$'…' of zsh, ASCII",
    bytewise: true,
    spell: replacing(/['\\!]|[^ -~]/g, { ...named, '!': String.raw`\!` }, octalEscape),
  },
  {
    name: 'comparison in a trace of zsh',
    spell: replacing(/[ #$()*<>?[\\\]^|~\t\n]/g, { '\t': String.raw`$'\t'`, '\n': String.raw`$'\n'` }, backslash),
  },
  { name: 'zsh (q-)', spell: quotedWhereNeeded },
  { name: 'command line of Windows', spell: (text) => text.replace(/(\\*)"/g, String.raw`$1$1\"`) },
  { name: 'PowerShell in double quotes', spell: replacing(/["$`]/g, {}, (character) => `\`${character}`) },
];
