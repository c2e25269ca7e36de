import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAutomaton, type Automaton } from '../../src/masker/scan/automaton.ts';
import { createOrder } from '../../src/masker/scan/order.ts';
import { createPatterns } from '../../src/masker/scan/patterns.ts';

// Few letters, so that patterns share beginnings, repeat themselves and end in one another.
const word = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: min, maxLength: max });

function sorted(patterns: readonly string[]): Buffer[] {
  return [...new Set(patterns)].map((pattern) => Buffer.from(pattern)).toSorted((left, right) => left.compare(right));
}

function automatonOf(all: readonly Uint8Array[]): Automaton {
  const patterns = createPatterns();
  const order = createOrder(patterns);
  // One after another, as a running job registers them.
  for (const pattern of all) {
    patterns.add(() => [pattern]);
    if (patterns.count() % 2 === 0) order.update();
  }
  order.update();
  return createAutomaton(patterns, order);
}

function longestSuffix(text: string, candidates: readonly string[]): number {
  return candidates.reduce(
    (longest, candidate) => (text.endsWith(candidate) ? Math.max(longest, candidate.length) : longest),
    0,
  );
}

describe('the automaton', () => {
  it('tells after each byte what a plain search tells', () => {
    fc.assert(
      fc.property(fc.array(word(1, 14), { maxLength: 12 }), word(0, 80), (patterns, text) => {
        const { next, matchLength, hold } = automatonOf(sorted(patterns));
        const beginnings = patterns.flatMap((pattern) =>
          Array.from({ length: pattern.length }, (_, length) => pattern.slice(0, length)),
        );
        let state = 0;
        for (const [index, byte] of [...Buffer.from(text)].entries()) {
          state = next(state, byte);
          const read = text.slice(0, index + 1);
          expect(matchLength(state)).toBe(longestSuffix(read, patterns));
          expect(hold(state)).toBe(longestSuffix(read, beginnings));
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes every byte value', () => {
    const patterns = sorted([]);
    for (let byte = 0; byte < 256; byte += 1) patterns.push(Buffer.of(byte, 255 - byte));
    const { next, matchLength } = automatonOf(patterns);
    for (let byte = 0; byte < 256; byte += 1) {
      expect(matchLength(next(next(0, byte), 255 - byte))).toBe(2);
      expect(matchLength(next(next(0, byte), (256 - byte) % 256))).toBe(0);
    }
  });

  it('falls back through as many patterns as there are', () => {
    const count = 2_000;
    const patterns = sorted(Array.from({ length: count }, (_, index) => `${'a'.repeat(index + 1)}b`));
    const { next, matchLength } = automatonOf(patterns);
    let state = 0;
    for (let read = 0; read < count; read += 1) state = next(state, 0x61);
    expect(matchLength(next(state, 0x62))).toBe(count + 1);
  });

  it('makes no states for what no text shows', () => {
    const automaton = automatonOf(sorted(Array.from({ length: 1_000 }, (_, index) => `${index} ${'x'.repeat(1_000)}`)));
    let state = 0;
    for (const byte of Buffer.from('an ordinary line of a log\n'.repeat(100))) state = automaton.next(state, byte);
    expect(automaton.byteLength()).toBeLessThan(16_384);
  });
});
