import { isUtf8 } from 'node:buffer';
import type { Dialect } from './dialect.ts';
import { dotnetJson, goJson, gsonJson, javascriptJson, jqJson, jsonDialects, phpJson, pythonJson } from './json.ts';
import { goLiteral, literalDialects, pythonLiteral } from './literals.ts';
import { markupDialects, markupText } from './markup.ts';
import { dollarQuoted, doubleQuoted, shellDialects, singleQuoted } from './shell.ts';
import { uriComponent, urlComponent, urlDialects, urlForm } from './url.ts';

export const dialects: readonly Dialect[] = [
  ...jsonDialects,
  ...literalDialects,
  ...shellDialects,
  ...markupDialects,
  ...urlDialects,
];

/** What is written once more in a log: a request's body, a script in a trace, a value in a message. Any dialect may be around these. */
export const innerDialects: readonly Dialect[] = [
  javascriptJson,
  pythonJson,
  goJson,
  phpJson,
  dotnetJson,
  gsonJson,
  pythonLiteral,
  goLiteral,
  singleQuoted,
  doubleQuoted,
  dollarQuoted,
  markupText,
  urlComponent,
  uriComponent,
  urlForm,
];

/** Every dialect leaves these alone. */
const plain = /^[A-Za-z0-9_]*$/;
const ascii = /^[\0-~]*$/;
/** Two dialects on one another are tried up to this many bytes: there are hundreds of pairs, and each is a copy of the value. */
const maxComposedBytes = 1_024;

/** The bytes in each dialect and, unless they are many, the common ones in each around them; as latin1, the bytes themselves first. */
export function spellings(bytes: Buffer): ReadonlySet<string> {
  const written = bytes.toString('latin1');
  if (plain.test(written)) return new Set([written]);
  const usable = (all: readonly Dialect[]): readonly Dialect[] =>
    isUtf8(bytes) ? all : all.filter(({ bytewise }) => bytewise);
  const once = spellAll([written], usable(dialects));
  const json = usable([javascriptJson, jqJson]);
  const nested = spellAll(spellAll(spellAll([written], json), json), usable([javascriptJson, jqJson, singleQuoted]));
  if (bytes.byteLength > maxComposedBytes) return new Set([...once, ...nested]);
  return new Set([...once, ...nested, ...spellAll(spellAll([written], usable(innerDialects)), usable(dialects))]);
}

/** Each text in each dialect, with the texts themselves. */
export function spellAll(texts: Iterable<string>, by: readonly Dialect[]): Set<string> {
  const all = new Set(texts);
  for (const text of [...all]) {
    if (plain.test(text)) continue;
    const decoded = ascii.test(text) ? text : Buffer.from(text, 'latin1').toString('utf8');
    for (const { spell, bytewise } of by) {
      const spelled = spell(bytewise ? text : decoded);
      all.add(bytewise || ascii.test(spelled) ? spelled : Buffer.from(spelled, 'utf8').toString('latin1'));
    }
  }
  return all;
}
