import { unescaped } from './escapes.ts';
import { fieldLeaves } from './fields.ts';
import { jsonLeaves, parseJson } from './json.ts';
import type { Leaf } from './leaf.ts';
import { isUserName } from './names.ts';
import { pairsOf } from './pairs.ts';
import { tableLeaves } from './tables.ts';
import { credentials, urlLeaves } from './urls.ts';

export interface Document {
  readonly leaves: readonly Leaf[];
  /** The document covers the whole text, so its lines are structure, not secrets. */
  readonly isWhole: boolean;
  /** The same document in other programs' layouts. */
  readonly layouts: readonly string[];
}

/** Without any of these nothing is named. */
const mark = /[:=<(,;]|^\s*[[-]|[a-z][ \t]/m;
/** No control characters, nor what stands for bytes that are no UTF-8. */
const readable = /^(?:[\t\n\r]|[^\p{Cc}\ufffd])+$/u;
const cdata = /<!\[CDATA\[((?:[^\]]|\](?!\]>)){0,4096})\]\]>/g;
/** A leaf may itself be a document, in its turn in a leaf. */
const maxDepth = 3;

/** Takes a document apart: JSON, or lines and fields that name values. */
export function leavesOf(text: string): Document {
  const decoded = decode({ name: 'token', value: text.replace(/\s+/g, '') });
  if (!mark.test(text) || decoded.length > 0) return { leaves: decoded, isWhole: false, layouts: [] };
  const [, user, password] = /^([^\s:/@{}[\]<>=,;"']+):(?!\/\/|\d{1,5}(?:\/|$))(\S+)$/.exec(text) ?? [];
  const [, bearer] = /^(?:Bearer|Basic|Token)\s+(\S+)$/i.exec(text) ?? [];
  const document = parse(text.replace(/^\uFEFF/, ''), 0);
  const leaves = [
    ...document.leaves,
    ...(user === undefined ? [] : credentials(user, password)),
    ...(bearer === undefined ? [] : [{ name: 'token', value: bearer }]),
  ];
  return { ...document, leaves };
}

function parse(text: string, depth: number): Document {
  const json = parseJson(text);
  if (json !== undefined) {
    const layouts = [JSON.stringify(json), JSON.stringify(json, undefined, 2), JSON.stringify(json, undefined, 4)];
    return { leaves: jsonLeaves(json).flatMap((leaf) => within(leaf, depth)), isWhole: true, layouts };
  }
  const escaped = text.replace(cdata, (_, content: string) =>
    content.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`),
  );
  const { leaves, isWhole } = pairsOf(text);
  const joined = text.replace(/\\\r?\n[ \t]*/g, '');
  const all = [
    ...leaves,
    ...(joined === text ? [] : pairsOf(joined).leaves),
    ...fieldLeaves(escaped),
    ...tableLeaves(text),
  ];
  return {
    leaves: [...all.flatMap(unescape).flatMap((leaf) => within(leaf, depth)), ...urlLeaves(escaped)],
    isWhole,
    layouts: [],
  };
}

function unescape(leaf: Leaf): readonly Leaf[] {
  return unescaped(leaf.value).map((value) => ({ ...leaf, value }));
}

/** The leaf, and what it holds. */
function within(leaf: Leaf, depth: number): readonly Leaf[] {
  const { name, value } = leaf;
  const [, , scheme] = /^(Bearer|Basic|Token|ApiKey|Bot)\s+(\S+)$/i.exec(value) ?? [];
  const [, user, password] = (isUserName(name) && /^([^\s:/]+):(.+)$/.exec(value)) || [];
  const decoded = decode(leaf);
  const inner = [value, ...decoded.map((one) => one.value)].filter(
    (one) => depth < maxDepth && leaf.isLoose !== true && mark.test(one),
  );
  return [
    leaf,
    ...(scheme === undefined ? [] : [{ ...leaf, value: scheme }, ...decode({ name, value: scheme })]),
    ...(user === undefined ? [] : credentials(user, password)),
    ...decoded,
    ...inner.flatMap((one) => parse(one, depth + 1).leaves),
  ];
}

/** `user:password` in base64, as Docker and npm keep them, and whole documents; each password separately too. */
function decode({ name, value }: Leaf): readonly Leaf[] {
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(value) || value.length % 4 !== 0) return [];
  const text = Buffer.from(value, 'base64').toString('utf8');
  if (!readable.test(text)) return [];
  const [, user, password] = /^([^\s:]+):(\S+)$/.exec(text) ?? [];
  return user === undefined ? [{ name, value: text }] : credentials(user, password);
}
