import { absent, BackendError, found, SecretValue, unknown, type ReadOutcome } from '@kici-dev/secret-backend';
import { defaultSection, type Format } from './formats.ts';

declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** A place in a document: names of members, and indexes of list items. */
export type Path = readonly (string | number)[];

export interface Node {
  readonly path: Path;
  /** A leaf's text, or `null`. Default: it has members or items. */
  readonly text?: string | null;
}

/** A decrypted document by keys, which are the names on the way to a place, joined by ".". */
export interface Tree {
  /** A key that leads to several places has several nodes. */
  readonly nodes: ReadonlyMap<string, readonly Node[]>;
}

/**
 * @param text sops's JSON output, one member per line
 * @throws BackendError `bad_answer`, `ambiguous` if a member occurs twice
 */
export function parseTree(text: string, format: Format): Tree {
  let members = 0;
  const root = parse(text, function reviver(key, value, { source }) {
    if (typeof this === 'object' && !Array.isArray(this) && key !== '') members += 1;
    // Keeps the spelling, so that no digit is lost.
    return typeof value === 'number' && source !== undefined ? source : value;
  });
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw new BackendError('bad_answer', { detail: 'sops printed no JSON object' });
  const written = text.match(/^[ \t]*"(?:[^"\\]|\\.)+": /gm)?.length ?? 0;
  if (written !== members) throw new BackendError('ambiguous', { detail: 'the document has a member more than once' });
  const nodes: Node[] = [];
  collect(root, [], nodes);
  return { nodes: Map.groupBy(nodes, ({ path }) => keyOf(path, format)) };
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A parser's own message would quote the text. */
function parse(text: string, reviver: Reviver): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch {
    throw new BackendError('bad_answer', { detail: 'sops printed no JSON' });
  }
}

function collect(value: unknown, path: Path, nodes: Node[]): void {
  if (typeof value !== 'object' || value === null) {
    // Anything else is `true`, `false` or `null`.
    nodes.push({ path, text: value === null || typeof value === 'string' ? value : JSON.stringify(value) });
    return;
  }
  if (path.length > 0) nodes.push({ path });
  const entries: Iterable<readonly [string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [name, member] of entries) collect(member, [...path, name], nodes);
}

function keyOf(path: Path, format: Format): string {
  const below = format === 'ini' && path.length > 1 && path[0] === defaultSection ? path.slice(1) : path;
  return below.join('.');
}

export function isLeaf(node: Node): boolean {
  return node.text !== undefined;
}

/** What a key holds. A section has no value of its own, but is not absent either. */
export function outcomeAt(tree: Tree, key: string, version: string): ReadOutcome {
  const [node, second] = tree.nodes.get(key) ?? [];
  if (node === undefined) return absent;
  if (second !== undefined) return unknown('ambiguous', 'two places of the document have this key');
  if (typeof node.text !== 'string')
    return unknown('wrong_shape', 'the key holds null, or other keys lie below it', 'field_not_text');
  if (!node.text.isWellFormed()) return unknown('corrupt', 'the value holds half a surrogate pair, which is no text');
  return found(SecretValue.fromText(node.text), version);
}

/** Where a new key goes: below the deepest section whose name it begins with, else at the top. */
export function placeFor(tree: Tree, key: string, format: Format): Path {
  const top = format === 'ini' ? [defaultSection, key] : [key];
  if (format === 'dotenv') return top;
  for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
    const [section] = tree.nodes.get(key.slice(0, dot)) ?? [];
    if (section === undefined || isLeaf(section) || isList(tree, section)) continue;
    const place = [...section.path, key.slice(dot + 1)];
    if (place.at(-1) !== '' && keyOf(place, format) === key) return place;
  }
  return top;
}

function isList({ nodes }: Tree, { path }: Node): boolean {
  return [...nodes.values()]
    .flat()
    .some(
      (node) =>
        node.path.length === path.length + 1 &&
        path.every((name, at) => node.path[at] === name) &&
        typeof node.path.at(-1) === 'number',
    );
}

/** The notation of sops's command line. */
export function indexOf(path: Path): string {
  return path.map((name) => `[${JSON.stringify(name)}]`).join('');
}
