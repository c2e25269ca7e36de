import { isReservedScope, parseScopePath, quote, type Parsed, type ScopePath } from '@kici-dev/secret-backend';
import { compilePath, compileSegment, wildcard } from './glob.ts';

/**
 * An exact scope, or a glob with `*` and `?` within a segment, `[…]` classes, and `**` as a segment for any number of
 * segments, including none.
 */
export type ScopePattern =
  | { readonly kind: 'exact'; readonly scope: ScopePath }
  | {
      readonly kind: 'glob';
      readonly text: string;
      readonly segments: readonly Segment[];
      /** The leading segments without wildcards; `undefined` if there are none. */
      readonly base: ScopePath | undefined;
      /** The number of characters before the first wildcard. */
      readonly literalLength: number;
      /** The deepest scope that can match; infinite with `**`. */
      readonly maxDepth: number;
      readonly matches: (scope: string) => boolean;
    };

/** Whether it accepts a segment of a scope; `**` accepts any number of them. */
type Segment = '**' | ((segment: string) => boolean);

const compiled = new Map<string, Parsed<ScopePattern>>();
const maxCompiled = 10_000;

/** Compiled once per text. */
export function parseScopePattern(text: string): Parsed<ScopePattern> {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  if (compiled.size >= maxCompiled) compiled.clear();
  const parsed = wildcard.test(text) ? parseGlob(text) : parseExact(text);
  compiled.set(text, parsed);
  return parsed;
}

function parseExact(text: string): Parsed<ScopePattern> {
  const path = parseScopePath(text);
  if (!path.ok) return path;
  if (isReservedScope(text))
    return { ok: false, reason: `scopes that begin with "__" are the system's own: ${quote(text)}` };
  return { ok: true, value: { kind: 'exact', scope: path.value } };
}

function parseGlob(text: string): Parsed<ScopePattern> {
  if (text.length > 512) return { ok: false, reason: `a pattern has at most 512 characters: ${quote(text)}` };
  const segments = text.split('/');
  const tests = segments.map((segment) => (segment === '**' ? segment : compileSegment(segment)));
  const bad = segments.find((segment, index) => segment === '.' || segment === '..' || tests[index] === undefined);
  const matches = compilePath(segments);
  if (bad !== undefined || matches === undefined) {
    return {
      ok: false,
      reason: `a pattern segment is "**", or has scope characters, "*", "?" and [classes] only, not ${quote(bad ?? text)}: ${quote(text)}`,
    };
  }
  const firstWild = segments.findIndex((segment) => wildcard.test(segment));
  const base = firstWild === 0 ? undefined : parseScopePath(segments.slice(0, firstWild).join('/'));
  if (base !== undefined && !base.ok) return base;
  return {
    ok: true,
    value: {
      kind: 'glob',
      text,
      segments: tests.filter((segment) => segment !== undefined),
      base: base?.value,
      literalLength: text.search(wildcard),
      maxDepth: segments.includes('**') ? Number.POSITIVE_INFINITY : segments.length,
      matches: (scope) => !isReservedScope(scope) && matches(scope),
    },
  };
}

export function selectsScope(pattern: ScopePattern, scope: string): boolean {
  return pattern.kind === 'exact' ? pattern.scope === scope : pattern.matches(scope);
}

/** Whether the pattern can select a scope at or below this one. Errs towards yes. */
export function couldMatchWithin(pattern: ScopePattern, region: string | undefined): boolean {
  if (region === undefined) return true;
  if (isReservedScope(region)) return false;
  if (pattern.kind === 'exact') return pattern.scope === region || pattern.scope.startsWith(`${region}/`);
  for (const [index, segment] of region.split('/').entries()) {
    const own = pattern.segments[index];
    if (own === undefined) return false;
    if (own === '**') return true;
    if (!own(segment)) return false;
  }
  return true;
}

export function scopeDepth(scope: string): number {
  return scope.split('/').length;
}
