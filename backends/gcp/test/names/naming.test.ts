import { BackendError, parseScopePath, type ScopePath } from '@kici-dev/secret-backend';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeParts, unescapeParts } from '../../names/escape.ts';
import { escapedKeys, escapedScopes, flatKeys, flatScopes, type KeyPlace } from '../../names/naming.ts';

function path(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/).filter((text) => text !== '.' && text !== '..');
const scopes = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => path(segments.join('/')));
const keys = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/),
  // A byte takes four characters of an id, and a grapheme may have dozens of bytes. Longer ones have their own test.
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => Buffer.byteLength(text) <= 35),
);
const places: fc.Arbitrary<KeyPlace> = fc.record({ scope: scopes, key: keys });
/** Near misses of escaped ids: the alphabet, with many dashes. */
const ids = fc.stringMatching(/^(?:[A-Za-z0-9_]|-|--|-_|-p|-h[0-9a-f]{2}){1,30}$/);

describe('escaped names', () => {
  it.each(['', 'ci-', '-'])('with the prefix %j give every scope and key back', (prefix) => {
    const naming = escapedKeys(prefix);
    fc.assert(
      fc.property(places, (place) => {
        const id = naming.idOf(place);
        expect(id).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
        expect(naming.placeOf(id ?? '')).toEqual({ kind: 'named', place });
      }),
    );
  });

  it('never give one id to two places', () => {
    const naming = escapedKeys('');
    fc.assert(
      fc.property(places, places, (one, other) => {
        const same = one.scope === other.scope && one.key === other.key;
        expect(naming.idOf(one) === naming.idOf(other)).toBe(same);
      }),
    );
  });

  it('never give one place to two ids, so that nothing is ambiguous: an id is named by its own place, or by none', () => {
    const naming = escapedKeys('');
    fc.assert(
      fc.property(ids, (id) => {
        const named = naming.placeOf(id);
        if (named.kind === 'named') expect(naming.idOf(named.place)).toBe(id);
      }),
      { numRuns: 2_000 },
    );
  });

  it('take scopes alone, there and back', () => {
    const naming = escapedScopes('x_');
    fc.assert(
      fc.property(scopes, (scope) => {
        expect(naming.placeOf(naming.idOf(scope) ?? '')).toEqual({ kind: 'named', place: scope });
      }),
    );
  });

  it('read well where names are plain', () => {
    expect(escapedKeys('').idOf({ scope: path('apps/shop'), key: 'DB_PASSWORD' })).toBe('apps--shop--DB_PASSWORD');
    expect(escapedScopes('').idOf(path('apps/my-shop'))).toBe('apps--my-_shop');
  });

  it('call unnameable what decodes to no scope', () => {
    for (const id of ['my-app', 'lonely', '-p-p--b', 'a-h2f--b--c', 'a-h2fb--c', 'a-hff--b', 'a-h41--b', 'a-'])
      expect(escapedKeys('').placeOf(id).kind, id).toBe('unnameable');
    for (const id of ['a-h2fb', 'a-h2fb--c', 'a--b-h2fc'])
      expect(escapedScopes('').placeOf(id).kind, id).toBe('unnameable');
  });

  it('leave ids without the prefix alone', () => {
    expect(escapedKeys('ci-').placeOf('other--KEY')).toEqual({ kind: 'foreign' });
    expect(escapedKeys('ci-').placeOf('ci-')).toEqual({ kind: 'foreign' });
  });

  it.each(['', 'ci-'])('with the prefix %j refuse exactly what is too long for an id', (prefix) => {
    const naming = escapedKeys(prefix);
    fc.assert(
      fc.property(scopes, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (scope, key) => {
        const { length } = prefix + escapeParts([...scope.split('/'), key]);
        if (length <= 255) expect(naming.idOf({ scope, key })).toHaveLength(length);
        else expect(() => naming.idOf({ scope, key })).toThrow(`${length} characters`);
      }),
      { examples: [[path('aAA.00-/A_._..0'), '𐀀𐀀𝅘𝅥𝅮𝅘𝅥𝅮𐀀ἂ𝅘𝅥𝅮𐀀']] },
    );
  });

  it('refuse what is too long for an id, with its length', () => {
    const naming = escapedKeys('');
    expect(naming.idOf({ scope: path('s'), key: 'K'.repeat(252) })).toHaveLength(255);
    expect(() => naming.idOf({ scope: path('s'), key: 'K'.repeat(253) })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('256 characters') }),
    );
    expect(() => naming.idOf({ scope: path('s'), key: '-'.repeat(130) })).toThrow(BackendError);
  });

  it.each(['', '\ud800'])('refuse the key %j', (key) => {
    expect(() => escapedKeys('').idOf({ scope: path('s'), key })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it('escape and unescape parts of any text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
          { minLength: 1 },
        ),
        (parts) => {
          expect(unescapeParts(escapeParts(parts))).toEqual(parts);
        },
      ),
    );
  });
});

describe('flat names', () => {
  const naming = flatKeys('shop-', path('shop'));

  it('take ids that exist already as keys of one scope', () => {
    expect(naming.placeOf('shop-DB_PASSWORD')).toEqual({ kind: 'named', place: { scope: 'shop', key: 'DB_PASSWORD' } });
    expect(naming.placeOf('shop-db-password')).toEqual({ kind: 'named', place: { scope: 'shop', key: 'db-password' } });
    expect(naming.placeOf('other')).toEqual({ kind: 'foreign' });
  });

  it('lose no id and join no two', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,200}$/), (rest) => {
        const named = naming.placeOf(`shop-${rest}`);
        expect(named.kind === 'named' ? naming.idOf(named.place) : undefined).toBe(`shop-${rest}`);
      }),
    );
  });

  it('have no id for another scope, nor for a key that no id can hold', () => {
    expect(naming.idOf({ scope: path('other'), key: 'K' })).toBeUndefined();
    expect(naming.idOf({ scope: path('shop'), key: 'a.b' })).toBeUndefined();
    expect(naming.idOf({ scope: path('shop'), key: '' })).toBeUndefined();
  });

  it('take ids that exist already as scopes of one segment', () => {
    expect(flatScopes('').placeOf('shop-prod')).toEqual({ kind: 'named', place: 'shop-prod' });
    expect(flatScopes('').idOf(path('shop-prod'))).toBe('shop-prod');
    expect(flatScopes('').idOf(path('shop/prod'))).toBeUndefined();
  });
});
