import type { Leaf } from './leaf.ts';

/** Deeper nesting is never genuine, and could exhaust the stack. */
const maxNesting = 200;

/** @returns undefined for what is no list or object */
export function parseJson(text: string): unknown {
  if (!/^[[{]/.test(text) || nesting(text) > maxNesting) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An upper bound, since brackets in strings count too. */
function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [mark] of text.matchAll(/[[\]{}]/g)) {
    depth += mark === '[' || mark === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Strings of lists have the list's name. */
export function jsonLeaves(value: unknown, name = '', owner = ''): readonly Leaf[] {
  if (typeof value === 'string') return [{ name, value, owner }];
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => jsonLeaves(entry, name, owner));
  if (typeof value !== 'object' || value === null) return [];
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const of = (names: RegExp): unknown => entries.find(([key]) => names.test(key))?.[1];
  const [title, content] = [of(/^(?:name|key)$/i), of(/^value$/i)];
  const pair = typeof title === 'string' && typeof content === 'string' ? [{ name: title, value: content }] : [];
  return [...pair, ...entries.flatMap(([key, entry]) => jsonLeaves(entry, key, name === '' ? owner : name))];
}
