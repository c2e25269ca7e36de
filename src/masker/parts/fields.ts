import type { Leaf } from './leaf.ts';
import { stripQuotes } from './pairs.ts';
import { credentials } from './urls.ts';

const name = String.raw`(?:\$env:|["'])?([A-Za-z_][\w.-]{0,63})["']?`;
const quoted = String.raw`"(?:[^"\\\n]|\\.|"")*"|'(?:[^'\\\n]|\\.|'')*'`;
/** A bare value ends at a blank; where it is one of several in a row, before the mark that parts these. */
const pairs = [String.raw`[^\s"'][^\s]*`, String.raw`[^\s"',;{}()[\]&<>][^\s,;{}()[\]&<>]*`].map(
  (bare) => new RegExp(String.raw`(?<![\w.])${name}[ \t]*(?:=>?|:=?)[ \t]*(${quoted}|${bare})`, 'g'),
);
/** With blanks in it: `Password=two words;`, `{ password: two words }`. */
const parted = [
  new RegExp(String.raw`(?:^|;)\s*([A-Za-z][\w .-]{0,63}?)\s*=\s*(${quoted}|[^;\n]*)`, 'g'),
  new RegExp(String.raw`[{,][ \t]*${name}[ \t]*:[ \t]+(${quoted}|[^,{}[\]\n]+)`, 'g'),
];
const words = [
  /\b(?:set[ \t]+-\w+|setenv)[ \t]+(\w{1,64})[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s;]+)/g,
  /\bdefine\(\s{0,8}["'](\w{1,64})["']\s{0,8},\s{0,8}("[^"\n]*"|'[^'\n]*')/g,
  /\b(login|password|account)[ \t]+(\S+)/g,
  /--([A-Za-z][\w-]{0,63})[ \t]+(\S+)/g,
  /^[ \t]*([a-z][\w-]{0,63})[ \t]+("[^"\n]*"|\S+)[ \t]*$/gm,
];
const elements = [
  /<([\w:.-]+)(?:\s[^<>]*)?>([^<>]+)<\/\1>/g,
  /\b(?!(?:key|value|name)\b)([\w:.-]{1,64})\s*=\s*("[^"<>]*"|'[^'<>]*')/g,
  /\b(?:key|name)=["']([^"'<>]*)["']\s+value=("[^"<>]*"|'[^'<>]*')/g,
  /<\w+\s+(?:key|name)=["']([^"'<>]*)["'][^<>]*>([^<>]+)</g,
  /<key>([^<>]*)<\/key>\s*<(?:string|data)>([^<>]*)</g,
];
/** `passwords: [one, two]`. */
const list = new RegExp(String.raw`${name}[ \t]*[:=][ \t]*\[([^[\]{}]{0,4096})\]`, 'g');
const pgpass = /^(?:[^\s:\\]+:){2,4}([^\s:\\]+):((?:[^\s:\\]|\\.){8,})$/gm;

/** Values that are named within a line: pairs in a row, elements and attributes, words, lists. */
export function fieldLeaves(text: string): readonly Leaf[] {
  const isLoose = true as const;
  const patterns = [
    ...(/[:=]/.test(text) ? pairs : []),
    ...(text.includes(';') ? parted.slice(0, 1) : []),
    ...(text.includes('{') ? parted.slice(1) : []),
    ...words,
  ];
  const named = [
    ...namedBy(patterns, text).map((leaf) => ({ ...leaf, isLoose })),
    ...(text.includes('<') ? namedBy(elements, text) : []),
  ];
  const lists = [...text.matchAll(list)].flatMap(([, of = '', items = '']) =>
    items.split(',').map((item) => ({ name: of, value: stripQuotes(item.trim()), isLoose })),
  );
  const last = [...text.matchAll(pgpass)].flatMap(([, user = '', password = '']) => credentials(user, password));
  return [...named, ...lists, ...last];
}

function namedBy(patterns: readonly RegExp[], text: string): readonly Leaf[] {
  return patterns
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map((match) => ({ name: match[1] ?? '', value: stripQuotes((match[2] ?? '').trim()) }));
}
