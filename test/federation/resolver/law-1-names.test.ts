import {
  buildCatalogue,
  compileBindings,
  couldMatchWithin,
  explain,
  freezeCatalogue,
  parseScopePattern,
  planReads,
} from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, path, propertyTest } from './world.ts';

/** The grammar by definition, in exponential time. */
function oracle(pattern: readonly string[], scope: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return scope.length === 0;
  if (first === '**') return oracle(rest, scope) || (scope.length > 0 && oracle(pattern, scope.slice(1)));
  return scope[0] !== undefined && segment(first, scope[0]) && oracle(rest, scope.slice(1));
}

function segment(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*'))
    return segment(pattern.slice(1), text) || (text !== '' && segment(pattern, text.slice(1)));
  const close = pattern.startsWith('[') ? pattern.indexOf(']') : 0;
  if (text === '') return false;
  const head = pattern.slice(0, close + 1);
  const negated = /^\[[!^]/.test(head);
  const members = head.slice(negated ? 2 : 1, -1);
  const takes =
    head === '?' ||
    (close === 0 ? head === text[0] : (members === 'a-c' ? 'abc' : members).includes(text[0] ?? '') !== negated);
  return takes && segment(pattern.slice(close + 1), text.slice(1));
}

const part = fc.constantFrom('a', 'b', '-', '.x', '_', '*', '?', '[ab]', '[!ab]', '[^.]', '[a-c]');
const patternArb = fc.array(
  fc.oneof(
    fc.constant('**'),
    fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''))
      .filter((text) => !text.includes('**')),
  ),
  { minLength: 1, maxLength: 4 },
);
const scopeArb = fc.array(
  fc
    .array(fc.constantFrom('a', 'b', 'c', '-', '.x', '_'), { minLength: 1, maxLength: 3 })
    .map((chars) => chars.join('')),
  { minLength: 1, maxLength: 4 },
);
const matches = (pattern: string, scope: string): boolean => {
  const parsed = parseScopePattern(pattern);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value.kind === 'exact' ? parsed.value.scope === scope : parsed.value.matches(scope);
};

describe('law 1: scope patterns', propertyTest, () => {
  it('match what their grammar says', () => {
    fc.assert(
      fc.property(patternArb, scopeArb, (pattern, scope) => {
        const text = scope.join('/');
        fc.pre(parseScopePattern(pattern.join('/')).ok);
        expect(matches(pattern.join('/'), text)).toBe(!text.startsWith('__') && oracle(pattern, scope));
      }),
      { numRuns: 5_000 },
    );
  });

  it('could match within a region whenever they match a scope at or below it', () => {
    fc.assert(
      fc.property(patternArb, scopeArb, fc.nat(3), (pattern, scope, depth) => {
        const parsed = parseScopePattern(pattern.join('/'));
        fc.pre(parsed.ok);
        const region = scope.slice(0, depth + 1).join('/');
        if (parsed.ok && matches(pattern.join('/'), scope.join('/')))
          expect(couldMatchWithin(parsed.value, region)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it("say no where a region is of another folder, too deep, or the system's own", () => {
    for (const [pattern, region] of [
      ['p/*', 'q'],
      ['p/*', 'p/q/r'],
      ['p/[qs]/**', 'p/x'],
      ['**', '__system'],
      ['*', '__x/y'],
    ] as const) {
      const parsed = parseScopePattern(pattern);
      expect(parsed.ok && couldMatchWithin(parsed.value, region)).toBe(false);
    }
  });

  it('never match a scope that begins with "__"', () => {
    fc.assert(
      fc.property(patternArb, scopeArb, (pattern, scope) => {
        fc.pre(parseScopePattern(pattern.join('/')).ok);
        expect(matches(pattern.join('/'), `__${scope.join('/')}`)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
    expect(parseScopePattern('__system').ok).toBe(false);
    expect(matches('p/**', 'p/__q')).toBe(true);
  });

  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    '..',
    'a/../b',
    './a',
    'a b',
    '{a,b}',
    '+(a)',
    '!a*',
    'a**',
    '**b/c',
    '[z-a]',
    '[]',
    '[',
    '[a',
    'a]*',
    '[a/b]',
    'a\\*',
    `${'a'.repeat(512)}*`,
  ])('%j is not a pattern', (text) => {
    expect(parseScopePattern(text).ok).toBe(false);
  });

  it('take no longer for a pattern of many wildcards', () => {
    expect(matches('*a'.repeat(200) + 'b', 'a'.repeat(500))).toBe(false);
    expect(
      matches(
        Array.from({ length: 99 }, () => '**/a').join('/') + '/b',
        Array.from({ length: 250 }, () => 'a').join('/'),
      ),
    ).toBe(false);
  });
});

describe('law 1: names that every object has are names like any other', propertyTest, () => {
  const names = ['toString', '__proto__', 'constructor', 'hasOwnProperty', 'valueOf'];
  const secrets = names.map((key) => ({ scope: path('p'), key }));
  const catalogueOf = (listed: typeof secrets) => {
    const bindings = compileBindings(parse([{ id: 'one', scope: 'a:p' }]));
    return buildCatalogue(
      bindings,
      [{ name: 'a', optional: false, listConsistency: 'strong' }],
      [{ backend: 'a', query: { depth: 'tree' }, secrets: listed, unlisted: [], unnameable: [] }],
    );
  };

  it('they are not there until they are stored', () => {
    const catalogue = catalogueOf([]);
    for (const name of names) {
      expect(catalogue.entries.has(name)).toBe(false);
      expect(explain(catalogue, name).status).toBe('not_found');
      expect(planReads(freezeCatalogue(catalogue), [name]).calls.size).toBe(0);
    }
  });

  it('and are there once they are', () => {
    const catalogue = catalogueOf(secrets);
    for (const name of names) {
      expect(catalogue.entries.get(name)?.winner.sourceKey).toBe(name);
      expect([...planReads(freezeCatalogue(catalogue), [name]).calls.values()]).toEqual([[{ scope: 'p', key: name }]]);
    }
  });
});
