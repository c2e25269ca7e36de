// What a client and an agent check of what others send them. A schema library takes longer to load than all the rest of
// what they do; tests hold these checks to its schemas.

export type Check<T> = (value: unknown) => value is T;
/** What a check lets through. */
export type Checked<C> = C extends Check<infer T> ? T : never;

type Checks = Readonly<Record<string, Check<unknown>>>;
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- that is what an object without more fields adds
type None = Readonly<Record<never, Check<unknown>>>;
type Values<C extends Checks> = { -readonly [K in keyof C]: Checked<C[K]> };
type ObjectOf<C extends Checks, O extends Checks> = Values<C> & { [K in keyof O]?: Checked<O[K]> | undefined };

const base64Grammar = /^(?:[0-9a-zA-Z+/]{4})*(?:[0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$/;

/** @param most characters @param accept what it must be besides */
export function text(most: number = Number.POSITIVE_INFINITY, accept?: (value: string) => boolean): Check<string> {
  return (value): value is string => typeof value === 'string' && value.length <= most && accept?.(value) !== false;
}

/** @param most characters */
export function base64(most?: number): Check<string> {
  return text(most, (value) => base64Grammar.test(value));
}

/** @param most default: the largest that is exact */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value): value is number => Number.isSafeInteger(value) && amount(value) && value >= least && value <= most;
}

export function amount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}

export function flag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function oneOf<const T extends string | true | null>(...values: readonly T[]): Check<T> {
  return (value): value is T => values.some((one) => one === value);
}

export function either<C extends readonly Check<unknown>[]>(...checks: C): Check<Checked<C[number]>> {
  return (value): value is Checked<C[number]> => checks.some((check) => check(value));
}

export function listOf<T>(one: Check<T>, least = 0, most: number = Number.POSITIVE_INFINITY): Check<T[]> {
  return (value): value is T[] =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(one);
}

/** An object with any names. */
export function recordOf<T>(one: Check<T>): Check<Record<string, T>> {
  return (value): value is Record<string, T> => isObject(value) && Object.values(value).every(one);
}

/** An object with these fields and perhaps others, as a newer sender may add them. */
export function object<C extends Checks, O extends Checks = None>(fields: C, optional?: O): Check<ObjectOf<C, O>> {
  return (value): value is ObjectOf<C, O> => {
    if (!isObject(value)) return false;
    const given = new Map<string, unknown>(Object.entries(value));
    return (
      Object.entries(fields).every(([name, check]) => given.has(name) && check(given.get(name))) &&
      Object.entries(optional ?? {}).every(([name, check]) => given.get(name) === undefined || check(given.get(name)))
    );
  };
}

/** An object with these fields and no other. */
export function strictObject<C extends Checks, O extends Checks = None>(
  fields: C,
  optional?: O,
): Check<ObjectOf<C, O>> {
  const hasFields = object(fields, optional);
  return (value): value is ObjectOf<C, O> =>
    hasFields(value) &&
    Object.keys(value).every(
      (name) => Object.hasOwn(fields, name) || (optional !== undefined && Object.hasOwn(optional, name)),
    );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
