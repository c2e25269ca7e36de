import { fail } from 'node:assert/strict';
import { inspect } from 'node:util';

/** Fails if anything that a log could print of the thing contains one of the needles, in any common encoding. */
export function expectNoLeak(thing: unknown, needles: readonly string[], where: string): void {
  const printed = print(thing);
  const compact = printed.replaceAll(/\s/g, '');
  for (const needle of needles) {
    for (const [encoding, text] of encodings(needle)) {
      if (printed.includes(text) || compact.includes(text)) fail(`${where} shows a secret, as ${encoding}`);
    }
  }
}

function print(thing: unknown): string {
  const views = [
    inspect(thing, { depth: 12, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    toJson(thing),
  ];
  if (thing instanceof Error)
    views.push(
      thing.message,
      thing.stack ?? '',
      toJson(Object.fromEntries(Reflect.ownKeys(thing).map((name) => [String(name), Reflect.get(thing, name)]))),
    );
  return views.join('\n');
}

function toJson(thing: unknown): string {
  try {
    return JSON.stringify(thing) ?? '';
  } catch {
    // Cycles and big integers; inspection has already shown them.
    return '';
  }
}

function encodings(needle: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(needle);
  return [
    ['text', needle],
    // Without the last group, which depends on what follows.
    ['base64', bytes.subarray(0, bytes.byteLength - (bytes.byteLength % 3)).toString('base64')],
    ['hex', bytes.toString('hex')],
    ['a list of bytes', [...bytes].join(',')],
  ];
}
