import { SecretValue } from '@kici-dev/secret-backend';

/**
 * A field exactly as in the text, so that numbers keep their digits and writing one field keeps the others byte for
 * byte.
 */
export interface Field {
  readonly key: string;
  /** The key as written, with its quotes. */
  readonly rawKey: string;
  readonly raw: string;
}

/**
 * The fields in order, with duplicates.
 * @returns undefined for text that is not a JSON object; the reason is not given, since a parser's message quotes the
 * text
 */
export function parseFields(text: string): readonly Field[] | undefined {
  if (!isObjectText(text)) return undefined;
  const fields: Field[] = [];
  // The text is known to be valid from here on, so it is enough to find where each part ends.
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] !== '}') {
    const keyEnd = endOfString(text, at);
    const valueStart = skipSpace(text, text.indexOf(':', keyEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    const rawKey = text.slice(at, keyEnd);
    fields.push({ key: String(JSON.parse(rawKey)), rawKey, raw: text.slice(valueStart, valueEnd) });
    at = skipSpace(text, valueEnd);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return fields;
}

export function formatFields(fields: readonly Field[]): string {
  return `{${fields.map(({ rawKey, raw }) => `${rawKey}:${raw}`).join(',')}}`;
}

export function textField(key: string, text: string): Field {
  return { key, rawKey: JSON.stringify(key), raw: JSON.stringify(text) };
}

/**
 * A string without its quotes, anything else as JSON text. Undefined for `null`, and for half a surrogate pair, which
 * has no bytes.
 */
export function valueOf({ raw }: Field): SecretValue | undefined {
  if (raw === 'null') return undefined;
  const text = raw.startsWith('"') ? String(JSON.parse(raw)) : raw;
  return text.isWellFormed() ? SecretValue.fromText(text) : undefined;
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (' \t\r\n'.includes(text[at] ?? '.')) at += 1;
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const character = text[at] ?? '}';
    if (character === '"') at = endOfString(text, at) - 1;
    else if (depth === 0 && ',} \t\r\n'.includes(character)) return at;
    else if ('{['.includes(character)) depth += 1;
    else if ('}]'.includes(character)) depth -= 1;
    at += 1;
    if (depth === 0 && '"}]'.includes(text[at - 1] ?? '')) return at;
  }
}
