import {
  formatScopeId,
  isReservedScope,
  maxScopePathLength,
  parseBackendName,
  parseKey,
  parseScopeId,
  parseScopePath,
  quote,
  type Parsed,
} from '@kici-dev/secret-backend';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const accepts = (parse: (text: string) => Parsed<unknown>, texts: readonly string[]): void => {
  for (const text of texts) expect(parse(text), text).toMatchObject({ ok: true });
};
const refuses = (parse: (text: string) => Parsed<unknown>, texts: readonly string[]): void => {
  for (const text of texts)
    expect(parse(text), JSON.stringify(text)).toMatchObject({ ok: false, reason: expect.stringMatching(/./) });
};

describe('law 1: names', () => {
  it('a backend name', () => {
    accepts(parseBackendName, ['a', 'internal', 'corp-vault', 'x9', 'a'.repeat(63)]);
    refuses(parseBackendName, ['', 'A', '9a', '-a', 'a_b', 'a.b', 'a'.repeat(64), 'a\n', 'ä']);
  });

  it('a scope path', () => {
    accepts(parseScopePath, ['a', 'A/b.c/d_e-f', '...', 'a/..b', '0', 'x'.repeat(maxScopePathLength)]);
    refuses(parseScopePath, [
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      '.',
      '..',
      'a/../b',
      'a/./b',
      'a b',
      'a\\b',
      'a:b',
      'a\0',
      'ä',
      'a\n',
      'x'.repeat(maxScopePathLength + 1),
    ]);
  });

  it('a key', () => {
    accepts(parseKey, ['_', 'A', 'DB_PASSWORD', 'a.b-c', '__proto__', 'toString', 'k'.repeat(255)]);
    refuses(parseKey, ['', '9', '-a', '.a', 'a b', 'a/b', 'a=b', 'k'.repeat(256), 'a\n', 'é']);
  });

  it('a scope id: a bare path lies in the internal store', () => {
    expect(parseScopeId('production')).toEqual({ ok: true, value: { backend: 'internal', path: 'production' } });
    expect(parseScopeId('corp-vault:apps/shop')).toEqual({
      ok: true,
      value: { backend: 'corp-vault', path: 'apps/shop' },
    });
    refuses(parseScopeId, ['', ':', 'a:', ':a', 'A:b', 'a:b:c', '*:a']);
  });

  it('a scope id comes back as it was written', () => {
    const segment = fc
      .string({ unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '.', '_', '-'), minLength: 1, maxLength: 8 })
      .filter((text) => text !== '.' && text !== '..');
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        (backend, segments) => {
          const parsed = parseScopeId(`${backend}:${segments.join('/')}`);
          expect(parsed.ok && formatScopeId(parsed.value)).toBe(`${backend}:${segments.join('/')}`);
        },
      ),
    );
  });

  it('reserved scopes begin with two underscores', () => {
    expect(['__x', '__', '__a/b'].map(isReservedScope)).toEqual([true, true, true]);
    expect(['_x', 'a/__b'].map(isReservedScope)).toEqual([false, false]);
  });

  it('nothing in a quoted name acts on a terminal, and none is endless', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(quote(text)).toMatch(/^[\x20-\x7e…]*$/);
        expect(quote(text).length).toBeLessThan(700);
      }),
    );
  });
});
