import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, member, memberCount } from '../wire/json.ts';
import { childrenOf, encodePath } from '../kv/path.ts';
import { parseScopePath } from '@kici-dev/secret-backend';

/** Numbers as a server may spell them. */
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n }),
    fc.constantFrom('', '.0', '.10', '.000000000000000000001', 'e5', 'E-400', '.5e+999'),
  )
  .map(([sign, digits, rest]) => `${sign}${digits}${rest}`);

const json: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    fc.constantFrom('true', 'false', 'null'),
    fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(
        fc.tuple(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'key with space'), tie('value')),
        { selector: ([name]) => name, maxLength: 4 },
      )
      .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
})).value;

describe('JSON', () => {
  it('comes back as it was, with every digit and every name', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
    );
  });

  it('that is none is nothing, and nothing is thrown', () => {
    for (const text of ['', '{', '<html>', 'undefined', '{"a":1}}', '\u0000']) expect(parseJson(text)).toBeUndefined();
  });

  it('shows no member of a prototype', () => {
    for (const name of ['toString', 'constructor', '__proto__']) expect(member(parseJson('{}'), name)).toBeUndefined();
    expect(memberCount(parseJson('{"__proto__":7}'), '__proto__')).toBe(7);
  });

  it('counts are whole, small enough to be exact, and not negative', () => {
    const counts = Object.entries({
      7: 7,
      '0': 0,
      '-1': undefined,
      '1.5': undefined,
      '9007199254740993': undefined,
      '"7"': undefined,
      '1e3': 1000,
    });
    for (const [text, expected] of counts) expect(memberCount(parseJson(`{"n":${text}}`), 'n')).toBe(expected);
  });
});

describe('paths', () => {
  it('every scope is its own address', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/).filter((text) => text !== '.' && text !== '..');
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/')),
        (text) => {
          expect(encodePath(text)).toBe(text);
          expect(new URL(`http://x/v1/secret/data/${encodePath(text)}`).pathname).toBe(`/v1/secret/data/${text}`);
        },
      ),
    );
  });

  it('segments that would lead elsewhere are refused', () => {
    for (const path of ['a/../b', '..', 'a/.', './a', 'a//b', '/a', 'a/', ''])
      expect(() => encodePath(path)).toThrow('[invalid_argument]');
  });

  it('any other path survives the URL parser, or is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (text) => {
        if (text.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
          expect(() => encodePath(text)).toThrow('[invalid_argument]');
        } else {
          expect(
            new URL(`http://x/v1/${encodePath(text)}?list=true`).pathname
              .slice('/v1/'.length)
              .split('/')
              .map(decodeURIComponent)
              .join('/'),
          ).toBe(text);
        }
      }),
    );
  });

  it('every name of a folder becomes a scope, a folder or unnameable, and none is lost', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 })), (names) => {
        const { paths, folders, unnameable } = childrenOf(undefined, names);
        expect(
          [...paths, ...folders.map((folder) => `${folder}/`), ...unnameable.map(({ name }) => name)].toSorted(),
        ).toEqual(names.toSorted());
        for (const path of [...paths, ...folders]) expect(parseScopePath(path).ok).toBe(true);
      }),
    );
  });
});
