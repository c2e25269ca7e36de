import type { Leaf } from './leaf.ts';

/** Lines that name a value, and whether they are all of the text. */
export interface Pairs {
  readonly leaves: readonly Leaf[];
  readonly isWhole: boolean;
}

const pairLine =
  /^([ \t]*)((?:- )*)(?:export |set |ENV )?["']?([\w./:@-]*[\w@])["']?[ \t]*[:=][ \t]*((?:[!&]\S+[ \t]+)*)(.*?),?$/;
/** A quote that does not end within so many lines is none. */
const maxBlockLines = 512;
const itemLine = /^([ \t]*)-[ \t]+(.*?),?$/;
const otherLine =
  /^[ \t]*(?:[#;!].*|\[.*\]|---|\.\.\.|[{}[\]],?|- .*|machine .*|(?:login|password|account) .*|<.*>|[^\s:]+:\d+:[^\s:]+:[^\s:]+:\S+|[a-z][a-z0-9+.-]*:\/\/\S+)?$/;
const sectionLine = /^\[["']?([\w.-]+)["']?\]\s*$/;
const armourLine = /^-----(?:BEGIN|END) /;

/** A name whose value is what follows with more indentation, or as a list. */
interface Owner {
  readonly indentation: number;
  readonly name: string;
}

/** `name: value` and `name=value` by line, as in YAML, dotenv, INI, properties and npm, with values over lines. */
export function pairsOf(text: string): Pairs {
  const lines = text.split(/\r\n|\r|\n/);
  const leaves: Leaf[] = [];
  const owners: Owner[] = [];
  let title = '';
  let others = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [isPair, indent = '', bullets = '', name = '', , value = ''] = armourLine.test(line)
      ? []
      : (pairLine.exec(line) ?? []);
    if (isPair === undefined) {
      const leaf = ownedLeaf(line, owners);
      if (leaf !== undefined) leaves.push(leaf);
      else if (!otherLine.test(line)) others += 1;
      continue;
    }
    const indentation = indent.length + bullets.length;
    const owner = ownerOf(owners, indentation);
    const block = blockOf(lines, at, value);
    const forms = block?.forms ?? bareForms(value);
    for (const form of forms) leaves.push({ name, value: form, owner });
    at += block?.lines ?? 0;
    if (/^value$/i.test(name)) for (const form of forms) leaves.push({ name: title, value: form });
    if (/^(?:name|key)$/i.test(name)) title = stripQuotes(value);
    if (value === '') owners.push({ indentation, name });
  }
  return { leaves, isWhole: lines.length > 1 && leaves.length > 0 && others === 0 };
}

/** An item of a list, or a value below its name; a section's line begins what it owns. */
function ownedLeaf(line: string, owners: Owner[]): Leaf | undefined {
  const [, section] = sectionLine.exec(line) ?? [];
  if (section !== undefined) owners.splice(0, owners.length, { indentation: -1, name: section });
  const [, depth = '', item] = itemLine.exec(line) ?? [];
  if (item !== undefined) return { name: ownerOf(owners, depth.length + 1), value: stripQuotes(item) };
  const indentation = line.search(/\S/);
  if (indentation < 1 || otherLine.test(line)) return undefined;
  const name = ownerOf(owners, indentation);
  return (owners.at(-1)?.indentation ?? -1) < 0 ? undefined : { name, value: stripQuotes(line.trim()) };
}

/** Drops the owners that a line with that indentation does not belong to. */
function ownerOf(owners: Owner[], indentation: number): string {
  while ((owners.at(-1)?.indentation ?? -1) >= indentation) owners.pop();
  return owners.at(-1)?.name ?? '';
}

/** A value that goes on in the following lines: as what it may be read, and how many lines these are. */
function blockOf(
  lines: readonly string[],
  at: number,
  value: string,
): { readonly forms: readonly string[]; readonly lines: number } | undefined {
  if (/^[|>][+\d-]*$/.test(value)) {
    const block = blockAfter(lines, at);
    const trimmed = block.map((line) => line.trim());
    return { forms: [trimmed.join('\n'), trimmed.join(' ')], lines: block.length };
  }
  const [, quote = '', tag = ''] = /^('''|"""|["'])(?!.*\1)|^<<-?~?["']?(\w+)["']?$/.exec(value) ?? [];
  if (quote === '' && tag === '') return undefined;
  const rest = lines.slice(at + 1, at + 1 + maxBlockLines);
  const end = rest.findIndex((line) =>
    quote === '' ? line.trim() === tag : line.trimEnd().replace(/[,;]$/, '').endsWith(quote),
  );
  if (end < 0) return undefined;
  const last = quote === '' ? [] : [(rest[end] ?? '').trimEnd().replace(/[,;]$/, '').slice(0, -quote.length)];
  const first = quote === '' ? [] : [value.slice(quote.length)];
  const whole = [...first, ...rest.slice(0, end), ...last];
  const joined = whole.map((line) => line.trim()).filter((line) => line !== '');
  return { forms: [whole.join('\n').replace(/^\n/, ''), joined.join(' ')], lines: end + 1 };
}

/** The following lines with deeper indentation. */
function blockAfter(lines: readonly string[], at: number): readonly string[] {
  const depthOf = (line: string): number => line.search(/\S/);
  const depth = depthOf(lines[at] ?? '');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && depthOf(line) <= depth);
  return end < 0 ? rest : rest.slice(0, end);
}

/** Without quotes, and without a remark behind it. */
function bareForms(value: string): readonly string[] {
  const bare = stripQuotes(value.replace(/^("(?:[^"\\]|\\.)*"|'[^']*(?:''[^']*)*')\s*[#;].*$/, '$1').trim());
  return [...new Set([bare, bare.replace(/\s+[#;]\s.*$/, '')])];
}

export function stripQuotes(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
