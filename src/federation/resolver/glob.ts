/** Whether a token accepts an item; `any` accepts any number of them. */
type Token<T> = 'any' | ((item: T) => boolean);

export const wildcard: RegExp = /[*?[]/;
const segmentGrammar = /^(?:[A-Za-z0-9._*?-]|\[[!^]?[A-Za-z0-9._-]+\])+$/;
const charTokens = /\*|\?|\[([!^]?)([^\]]+)\]|[^*?[]/g;

/**
 * Matches one segment with `*`, `?` and `[…]` classes, in at most pattern length times text length: a regular
 * expression made from a dozen wildcards can take minutes.
 * @returns undefined if the pattern is malformed
 */
export function compileSegment(pattern: string): ((segment: string) => boolean) | undefined {
  if (!segmentGrammar.test(pattern) || pattern.includes('**')) return undefined;
  if (!wildcard.test(pattern)) return (segment) => segment === pattern;
  const tokens: Token<string>[] = [];
  for (const [token, negation = '', members] of pattern.matchAll(charTokens)) {
    if (token === '*') tokens.push('any');
    else if (token === '?') tokens.push(() => true);
    else if (members === undefined) tokens.push((char) => char === token);
    else {
      const isMember = compileClass(members);
      if (isMember === undefined) return undefined;
      tokens.push(negation === '' ? isMember : (char) => !isMember(char));
    }
  }
  return (segment) => matchTokens(tokens, segment);
}

/** Matches whole segments; `**` accepts any number of them, including none. */
export function compilePath(segments: readonly string[]): ((path: string) => boolean) | undefined {
  const tokens: Token<string>[] = [];
  for (const segment of segments) {
    const token = segment === '**' ? 'any' : compileSegment(segment);
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  const fixed = tokens.flatMap((token, index) =>
    token === 'any' ? [] : [{ token, index, isLiteral: !wildcard.test(segments[index] ?? '') }],
  );
  if (fixed.length < tokens.length) return (path) => matchTokens(tokens, segmentsOf(path));
  // Comparing literals first avoids most wildcard matching.
  const literalsFirst = fixed.toSorted((left, right) => Number(right.isLiteral) - Number(left.isLiteral));
  return (path) => {
    const parts = segmentsOf(path);
    return parts.length === segments.length && literalsFirst.every(({ token, index }) => token(parts[index] ?? ''));
  };
}

let lastPath = '';
let lastSegments: readonly string[] = [''];

/** Cached, since one path is matched against many patterns in a row. */
function segmentsOf(path: string): readonly string[] {
  if (path !== lastPath) {
    lastSegments = path.split('/');
    lastPath = path;
  }
  return lastSegments;
}

/** Single characters and ranges; a `-` at either end is literal. */
function compileClass(members: string): ((char: string) => boolean) | undefined {
  const singles = new Set<string>();
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const [from = '', dash, to] = members.slice(at, at + 3);
    if (dash === '-' && to !== undefined) {
      if (from > to) return undefined;
      ranges.push([from, to]);
      at += 2;
    } else singles.add(from);
  }
  return (char) => singles.has(char) || ranges.some(([from, to]) => from <= char && char <= to);
}

/** Only the last `any` ever needs to take more: what came before it matched as early as possible. */
function matchTokens<T>(tokens: readonly Token<T>[], items: ArrayLike<T>): boolean {
  let [token, item, resume, taken] = [0, 0, -1, 0];
  while (item < items.length) {
    const current = tokens[token];
    const next = items[item];
    if (current === 'any') {
      resume = token;
      taken = item;
      token += 1;
    } else if (current !== undefined && next !== undefined && current(next)) {
      token += 1;
      item += 1;
    } else if (resume >= 0) {
      token = resume + 1;
      taken += 1;
      item = taken;
    } else return false;
  }
  while (tokens[token] === 'any') token += 1;
  return token === tokens.length;
}
