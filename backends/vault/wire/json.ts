/** A JSON number as spelt, so that no digit is lost; `JSON.stringify` writes it back unchanged. */
export interface RawNumber {
  readonly rawJSON: string;
}

declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** `undefined` if it is not JSON: the parser's own message would quote the text. */
export function parseJson(text: string): unknown {
  return guarded(() =>
    JSON.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value,
    ),
  );
}

/** The same, thirty times as fast, for text whose numbers are all spelt as JavaScript spells them. */
export function parsePlainJson(text: string): unknown {
  return guarded(() => JSON.parse(text));
}

function guarded(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** A record's own member; prototypes are ignored. */
export function member(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function memberText(value: unknown, name: string): string | undefined {
  const text = member(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** A non-negative integer. */
export function memberCount(value: unknown, name: string): number | undefined {
  const number = member(value, name);
  const count = JSON.isRawJSON(number) ? Number(number.rawJSON) : number;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
