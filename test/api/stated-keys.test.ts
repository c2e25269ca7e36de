import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isStated } from '../../src/api/stated-keys.ts';

it.each<[readonly string[] | undefined, string, boolean]>([
  [undefined, 'ANY', true],
  [[], 'ANY', false],
  [['A', 'B'], 'B', true],
  [['A'], 'AB', false],
  [['A'], 'a', false],
  [['AGE_KEY_*'], 'AGE_KEY_1', true],
  [['AGE_KEY_*'], 'AGE_KEY_', true],
  [['AGE_KEY_*'], 'AGE_KEY', false],
  [['*'], 'x.y-z', true],
  [['*_KEY'], 'A_KEY_KEY', true],
  [['A*B*C'], 'A_C_B_C', true],
  [['A*B*C'], 'A_C_B', false],
  [['A.B'], 'AxB', false],
])('%j states %s: %s', (stated, key, expected) => {
  expect(isStated(stated, key)).toBe(expected);
});

it('agrees with a regular expression, whatever the pattern and the key', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  const keys = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
  fc.assert(
    fc.property(letters, keys, (pattern, key) => {
      expect(isStated([pattern], key)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(key));
    }),
  );
});

it('takes no longer for a pattern of many stars', () => {
  const began = performance.now();
  expect(isStated(Array<string>(1_000).fill(`${'*a'.repeat(127)}*`), 'b'.repeat(255))).toBe(false);
  expect(performance.now() - began).toBeLessThan(2_000);
});
