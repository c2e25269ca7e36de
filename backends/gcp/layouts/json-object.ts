import { BackendError, type SecretValue } from '@kici-dev/secret-backend';

interface Member {
  readonly key: string;
  /** The value as written in the document, so that nothing is lost when it is written back. */
  readonly source: string;
}

/** The members of a JSON object, in order, with duplicates. */
export type JsonObject = readonly Member[];

/** What a key of an object holds. */
export type Field =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'not-text' };

const space = /[ \t\n\r]*/y;
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
/** Matches a number, `true`, `false` or `null`, given that the document is valid. */
const plain = /[^\s,{}[\]":]+/y;

/** `undefined` unless the text is one JSON object. `JSON.parse` would lose digits of numbers and duplicate keys. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const skip = (at: number): number => at + match(space, text, at).length;
  let at = skip(0);
  if (text[at] !== '{') return undefined;
  const members: Member[] = [];
  for (at = skip(at + 1); text[at] !== '}'; at = skip(text[at] === ',' ? at + 1 : at)) {
    const name = match(string, text, at);
    const start = skip(skip(at + name.length) + 1);
    const end = endOfValue(text, start);
    members.push({ key: decode(name), source: text.slice(start, end) });
    at = skip(end);
  }
  return members;
}

/** @returns undefined for a value that is not a JSON object */
export function objectOf(value: SecretValue): JsonObject | undefined {
  const text = value.text();
  return text === undefined ? undefined : parseJsonObject(text);
}

export const wrongShape = 'the secret of the scope holds no JSON object';

/** A string's text; numbers, booleans, arrays and objects as written. `null` is not a value. */
export function fieldOf(object: JsonObject, key: string): Field {
  const [first, ...others] = object.filter((member) => member.key === key);
  if (first === undefined) return { kind: 'missing' };
  if (others.length > 0) return { kind: 'ambiguous' };
  if (!first.source.startsWith('"'))
    return first.source === 'null' ? { kind: 'not-text' } : { kind: 'text', text: first.source };
  const text = decode(first.source);
  return text.isWellFormed() ? { kind: 'text', text } : { kind: 'not-text' };
}

/** The object with this text under the key and the rest as written; `undefined` removes the key. */
export function withField(object: JsonObject, key: string, text: string | undefined): JsonObject {
  const at = object.findIndex((member) => member.key === key);
  const others = object.filter((member) => member.key !== key);
  if (text === undefined) return others;
  return others.toSpliced(at < 0 ? others.length : at, 0, { key, source: JSON.stringify(text) });
}

export function writeJsonObject(object: JsonObject): string {
  return `{${object.map(({ key, source }) => `${JSON.stringify(key)}:${source}`).join(',')}}`;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ;) {
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    if (character === '"') at += match(string, text, at).length;
    else if (depth === 0 && character !== '}' && character !== ']') at += match(plain, text, at).length;
    else at += 1;
    if (depth === 0) return at;
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function decode(source: string): string {
  const decoded: unknown = JSON.parse(source);
  if (typeof decoded !== 'string') throw new BackendError('wrong_shape', { reason: 'field_not_text' });
  return decoded;
}
