/** A string in a document, with the name before it; '' for none. */
export interface Leaf {
  readonly name: string;
  readonly value: string;
  /** Its place holds only credentials. */
  readonly isCredential?: true;
}

export interface Document {
  readonly leaves: readonly Leaf[];
  /** The document covers the whole text, so its lines are structure, not secrets. */
  readonly isWhole: boolean;
  /** The same document in other programs' layouts. */
  readonly layouts: readonly string[];
}

/** Deeper nesting is never genuine, and could exhaust the stack. */
const maxNesting = 200;

/** Parses documents: JSON, or lines and fields that name values. */
export function leavesOf(text: string): Document {
  const json = parseJson(text);
  if (json !== undefined) {
    const leaves = jsonLeaves('', json);
    const layouts = [JSON.stringify(json), JSON.stringify(json, undefined, 2), JSON.stringify(json, undefined, 4)];
    return { leaves: [...leaves, ...leaves.flatMap(({ value }) => urlLeaves(value))], isWhole: true, layouts };
  }
  const { leaves, isWhole } = lineLeaves(text);
  return { leaves: [...leaves, ...urlLeaves(text), ...fieldLeaves(text)], isWhole, layouts: [] };
}

function parseJson(text: string): unknown {
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

function jsonLeaves(name: string, value: unknown): readonly Leaf[] {
  if (typeof value === 'string') return [{ name, value }];
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => jsonLeaves(name, entry));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]: readonly [string, unknown]) => jsonLeaves(key, entry));
}

/** The parts of `scheme://user:password@host`, and of its query each parameter, as written and percent-decoded. */
function urlLeaves(text: string): readonly Leaf[] {
  const leaves: Leaf[] = [];
  for (const [, user = '', password] of text.matchAll(
    /\b[a-z][a-z0-9+.-]{0,31}:\/\/([^\s:@/?#'"]*)(?::([^\s/?#'"]*))?@/gi,
  )) {
    if (password === undefined) leaves.push({ name: 'token', value: user });
    else leaves.push({ name: 'user', value: user }, { name: 'password', value: password, isCredential: true });
  }
  for (const [, name = '', value = ''] of text.matchAll(/[?&]([\w.-]+)=([^\s&#'"]+)/g)) leaves.push({ name, value });
  return leaves.flatMap((leaf) => [leaf, { ...leaf, value: percentDecode(leaf.value) }]);
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * `Name=value;Name=value`, `login NAME password VALUE`, elements and attributes of XML,
 * `host:port:database:user:password`.
 */
function fieldLeaves(text: string): readonly Leaf[] {
  const pairs = [
    ...(/;/.test(text) ? text.matchAll(/(?:^|;)\s*([A-Za-z][\w .-]{0,63}?)\s*=\s*("[^"]*"|'[^']*'|[^;\n]*)/g) : []),
    ...text.matchAll(/\b(login|password|account)[ \t]+(\S+)/g),
    ...text.matchAll(/<([\w:.-]+)(?:\s[^<>]*)?>([^<>]+)<\/\1>/g),
    ...text.matchAll(/\b(?!(?:key|value|name)\b)([\w:.-]{1,64})\s*=\s*("[^"<>]*"|'[^'<>]*')/g),
    ...text.matchAll(/\bkey="([^"]*)"\s+value="([^"]*)"/g),
  ].map(([, name = '', value = '']) => ({ name, value: stripQuotes(value) }));
  const pgpass = [...text.matchAll(/^(?:[^\s:]+:){2,4}([^\s:]+):([^\s:]{8,})$/gm)].map(([, , value = '']) => ({
    name: 'password',
    value,
    isCredential: true as const,
  }));
  return [...pairs, ...pgpass];
}

const pairLine = /^[ \t]*(?:- )?(?:export |set |ENV )?["']?([\w./:@-]*[\w@])["']?[ \t]*[:=][ \t]*(.*?),?$/;
const otherLine =
  /^[ \t]*(?:[#;!].*|\[.*\]|---|\.\.\.|[{}[\]],?|- .*|machine .*|(?:login|password|account) .*|<.*>|[^\s:]+:\d+:[^\s:]+:[^\s:]+:\S+|[a-z][a-z0-9+.-]*:\/\/\S+)?$/;
const armourLine = /^-----(?:BEGIN|END) /;

/** `name: value` and `name=value` by line, as in YAML, dotenv, INI, properties and npm, with YAML's blocks. */
function lineLeaves(text: string): { readonly leaves: readonly Leaf[]; readonly isWhole: boolean } {
  const lines = text.split(/\r\n|\r|\n/);
  const leaves: Leaf[] = [];
  let others = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [isPair, name = '', value = ''] = armourLine.test(line) ? [] : (pairLine.exec(line) ?? []);
    if (isPair === undefined) {
      if (!otherLine.test(line)) others += 1;
      continue;
    }
    const block = /^["']?[|>][+-]?$|^$/.test(value) ? blockAfter(lines, at) : [];
    if (block.length > 0 && /[|>]/.test(value)) {
      leaves.push({ name, value: block.map((entry) => entry.trim()).join('\n') });
      at += block.length;
      continue;
    }
    const quoted = quotedBlock(lines, at, value);
    if (quoted > 0) {
      leaves.push({
        name,
        value: [value.slice(1), ...lines.slice(at + 1, at + quoted), (lines[at + quoted] ?? '').replace(/"$/, '')].join(
          '\n',
        ),
      });
      at += quoted;
      continue;
    }
    for (const form of unquotedForms(value)) leaves.push({ name, value: form });
  }
  return { leaves, isWhole: lines.length > 1 && leaves.length > 0 && others === 0 };
}

/** The following lines with deeper indentation. */
function blockAfter(lines: readonly string[], at: number): readonly string[] {
  const depthOf = (line: string): number => line.search(/\S/);
  const depth = depthOf(lines[at] ?? '');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && depthOf(line) <= depth);
  return end < 0 ? rest : rest.slice(0, end);
}

/** How many more lines belong to a value whose double quote does not end on its line. */
function quotedBlock(lines: readonly string[], at: number, value: string): number {
  if (!/^"[^"]*$/.test(value)) return 0;
  const end = lines.slice(at + 1).findIndex((line) => line.endsWith('"'));
  return end < 0 ? 0 : end + 1;
}

function unquotedForms(value: string): readonly string[] {
  const bare = stripQuotes(value.replace(/^(["'][^"']*["'])\s+#.*$/, '$1').trim());
  const forms = [bare, bare.replace(/\s+#\s.*$/, '')];
  if (value.startsWith('"')) forms.push(bare.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1'));
  return [...new Set(forms)];
}

function stripQuotes(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
