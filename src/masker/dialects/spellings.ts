import { isUtf8 } from 'node:buffer';
import type { Dialect } from './dialect.ts';
import { dotnetJson, goJson, gsonJson, javascriptJson, jqJson, jsonDialects, phpJson, pythonJson } from './json.ts';
import { goLiteral, literalDialects, pythonLiteral } from './literals.ts';
import { markupDialects, markupText } from './markup.ts';
import { messageDialects } from './messages.ts';
import { patternDialects } from './patterns.ts';
import { dollarQuoted, doubleQuoted, shellDialects, singleQuoted } from './shell.ts';
import { uriComponent, urlComponent, urlDialects, urlForm } from './url.ts';

export const dialects: readonly Dialect[] = [
  ...jsonDialects,
  ...literalDialects,
  ...shellDialects,
  ...messageDialects,
  ...patternDialects,
  ...markupDialects,
  ...urlDialects,
];

/**
 * Dialects that logs often re-encode: a request's body, a script in a trace, a value in a message. Any dialect may be
 * around these.
 */
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

/** Only the dialects of patterns change any of these. */
const plain = /^[\w.-]*$/;

/** How many spellings of a text are searched for: pairs of nested dialects, or each dialect. */
export type Breadth = 'pairs' | 'all';

/** The bytes as they are and as they may be spelled; as latin1. */
export function spellings(bytes: Buffer, breadth: Breadth): ReadonlySet<string> {
  const written = bytes.toString('latin1');
  if (plain.test(written)) return new Set([written, ...patternDialects.map(({ spell }) => spell(written))]);
  const isText = isUtf8(bytes);
  const spell = (texts: Iterable<string>, by: readonly Dialect[]): Set<string> =>
    spellAll(texts, isText ? by : by.filter(({ bytewise }) => bytewise));
  const json = spell([written], [javascriptJson, jqJson]);
  const nested = spell(json, [javascriptJson, jqJson]);
  const once = spell([written], dialects);
  if (breadth !== 'pairs') return new Set([...once, ...nested]);
  const deeper = spell(nested, [javascriptJson, jqJson, singleQuoted]);
  return new Set([...once, ...deeper, ...spell(spell([written], innerDialects), dialects)]);
}

/** The texts themselves, and each one in each dialect. */
export function spellAll(texts: Iterable<string>, by: readonly Dialect[]): Set<string> {
  const all = new Set(texts);
  for (const text of Array.from(all)) {
    if (plain.test(text)) continue;
    const decoded = isAscii(text) ? text : Buffer.from(text, 'latin1').toString('utf8');
    for (const { spell, bytewise } of by) {
      const spelled = spell(bytewise ? text : decoded);
      all.add(bytewise || isAscii(spelled) ? spelled : Buffer.from(spelled, 'utf8').toString('latin1'));
    }
  }
  return all;
}

/** Every other character takes more than one byte. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
