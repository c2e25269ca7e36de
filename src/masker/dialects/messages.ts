import { hexDigits, namedControls, octalEscape, replacing, type Dialect } from './dialect.ts';

const escaped = replacing(/[^]/g, namedControls, octalEscape);

/** What cannot be shown follows in quotes of its own, as many as stand together. */
function gnuQuoted(hidden: RegExp): (text: string) => string {
  const quoted = replacing(/'/g, { "'": String.raw`'\''` });
  return (text) => {
    const all = quoted(text);
    // Where the value ends with such a run, what follows it are the quotes around the value.
    return all.replace(hidden, (run, at: number) => `'$'${escaped(run)}${at + run.length === all.length ? '' : "''"}`);
  };
}

/** `^X` for controls, `M-` before what the upper bit is set of. */
function caret(byte: string, meta: string): string {
  const code = byte.charCodeAt(0);
  if (code >= 0x80) return `${meta}${caret(String.fromCharCode(code & 0x7f), meta)}`;
  return code < 0x20 || code === 0x7f ? `^${String.fromCharCode(code ^ 0x40)}` : byte;
}

const lineNames = { '\t': String.raw`\t`, '\n': String.raw`\n` };
const zshMeta = (byte: string): string => caret(byte, String.raw`\M-`);

/** How programs show a name or an argument when they tell of it. */
export const messageDialects: readonly Dialect[] = [
  { name: 'GNU programs, quotes of a shell', spell: gnuQuoted(/[^ -~\u0080-\uffff]+/g) },
  { name: 'GNU programs, quotes of a shell, ASCII', spell: gnuQuoted(/[^ -~]+/g), bytewise: true },
  { name: 'GNU programs, curly quotes', spell: replacing(/\\|[^ -~\u0080-\uffff]/g, { '\\': '\\\\' }, escaped) },
  { name: 'zsh, messages', spell: replacing(/[^ -~\u0080-\uffff]/g, lineNames, zshMeta) },
  { name: 'zsh, messages, ASCII', spell: replacing(/[^ -~]/g, lineNames, zshMeta), bytewise: true },
  { name: 'cat -v', spell: replacing(/[^ -~\t\n]/g, {}, (byte) => caret(byte, 'M-')), bytewise: true },
  { name: 'cat -A', spell: replacing(/[^ -~]/g, { '\n': '$\n' }, (byte) => caret(byte, 'M-')), bytewise: true },
  {
    name: 'quoted-printable',
    spell: replacing(/[^ -<>-~\t\n\r]/g, {}, (byte) => `=${hexDigits(byte.charCodeAt(0), 2).toUpperCase()}`),
    bytewise: true,
  },
  {
    name: 'cookies of Python',
    spell: replacing(/[",;\\]|[^ -~\u0100-\uffff]/g, { '"': String.raw`\"`, '\\': '\\\\' }, octalEscape),
  },
  { name: 'UTF-8 taken for Latin-1', spell: (bytes) => Buffer.from(bytes).toString('latin1'), bytewise: true },
];
