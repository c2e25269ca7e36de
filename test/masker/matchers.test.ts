import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMaskStream } from '../../src/masker/mask-stream.ts';
import { createMatchers } from '../../src/masker/matchers.ts';

const patterns = Array.from({ length: 400 }, (_, index) =>
  Buffer.from(`pattern ${index} ${'0123456789abcdef'.repeat(index % 7)}`),
);

describe('what finds the patterns', () => {
  it('stays the same until more are registered', () => {
    const matchers = createMatchers();
    matchers.add(() => patterns);
    const first = matchers.current();
    expect(matchers.current()).toBe(first);
    matchers.add(() => [Buffer.from('one more')]);
    expect(matchers.current()).not.toBe(first);
  });

  it('leaps over none of those that come one after another', () => {
    const matchers = createMatchers();
    const stream = createMaskStream(matchers.current);
    const around = '~'.repeat(100);
    for (let index = 0; index < 500; index += 1) {
      const value = hash('sha256', String(index));
      matchers.add(() => [Buffer.from(value)]);
      expect(Buffer.concat(stream.write(Buffer.from(around + value + around))).toString()).toBe(
        `${around}***${around}`,
      );
    }
  });

  it('does not grow with what is printed, and misses nothing', () => {
    const limit = 64 * 1_024;
    const matchers = createMatchers(limit);
    matchers.add(() => patterns);
    const stream = createMaskStream(matchers.current);
    const seen = new Set<object>();
    const out: Uint8Array[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const pattern of patterns) {
        out.push(
          ...stream.write(pattern.subarray(0, 9)),
          ...stream.write(pattern.subarray(9)),
          ...stream.write(Buffer.from('|')),
        );
        const { automaton } = matchers.current();
        seen.add(automaton);
        expect(automaton.byteLength()).toBeLessThan(limit * 2);
      }
    }
    out.push(...stream.end());
    expect(seen.size).toBeGreaterThan(3);
    expect(Buffer.concat(out).toString()).toBe('***|'.repeat(1_200));
  });

  it('can follow a pattern that is longer than the limit allows for', () => {
    const matchers = createMatchers(1);
    const long = Buffer.from(Array.from({ length: 5_000 }, (_, index) => 33 + ((index * 31 + (index >> 8)) % 90)));
    matchers.add(() => [long]);
    const stream = createMaskStream(matchers.current);
    const seen = new Set<object>();
    const out: Uint8Array[] = [];
    for (const byte of Buffer.concat([long, Buffer.from(' '), long])) {
      out.push(...stream.write(Uint8Array.of(byte)));
      seen.add(matchers.current());
    }
    out.push(...stream.end());
    expect(Buffer.concat(out).toString()).toBe('*** ***');
    expect(seen.size).toBeLessThan(10);
  });
});
