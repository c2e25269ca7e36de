import { expect, it } from 'vitest';
import { createMaskStream } from '../../src/masker/mask-stream.ts';
import { createMatchers } from '../../src/masker/matchers.ts';
import { createRandom, type Random } from './support/random.ts';

const rounds = 500;
const alphabets = [
  'ab',
  'abc123 ',
  'aQ7#%\n',
  'abcdefgh\n',
  'ab\r\n',
  'ab \n>+',
  '0123456789abcdef',
  'Zx8Kq27wLmTq9Vb4tR2hYpN6sJd3FgE5uCa1',
];
const gaps = [
  '\u001b[31m',
  '\u001b[m\u001b[K',
  '\u001b]8;;x\u0007',
  '\n',
  '\r\n  ',
  '\u001b[m\n\u001b[32m+',
  '\n> ',
  String.raw`\n`,
  ' ',
  '-',
];
const frames = ['2026-01-02T03:04:05Z [worker-3] step ', '\u001b[2m(45 ms)\u001b[22m\n', ' checked\n', '\r50% '];

function word(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => random.pick(alphabet)).join('');
}

/** The pattern in pieces of any size, some of them left out or changed. */
function inPieces(random: Random, pattern: string): string {
  const parts: string[] = [];
  for (let at = 0; at < pattern.length;) {
    const size = 1 + random.below(random.below(2) === 0 ? 4 : pattern.length);
    if (random.below(12) > 0) parts.push(pattern.slice(at, at + size));
    if (random.below(2) === 0) parts.push(random.pick(gaps));
    at += size;
  }
  return parts.join('');
}

function mask(patterns: readonly string[], chunks: readonly Uint8Array[], shiftedAfter?: number): string {
  const matchers = createMatchers();
  matchers.add(() => patterns.map((pattern) => Buffer.from(pattern)));
  const stream = createMaskStream(matchers.current, shiftedAfter);
  return Buffer.concat([...chunks.flatMap((chunk) => stream.write(chunk)), ...stream.end()]).toString('latin1');
}

// A chunk of one byte is always read to its end, so nothing depends on a filter there.
it('the filters skip nothing that reading every byte finds, broken or whole, wherever a chunk lies in memory', () => {
  const random = createRandom(Number(process.env['KICI_TEST_SEED'] ?? 14));
  for (let round = 0; round < rounds; round += 1) {
    const alphabet = random.pick(alphabets);
    const patterns = Array.from({ length: 1 + random.below(6) }, () => word(random, alphabet, 4 + random.below(60)));
    const parts: string[] = [];
    for (let count = random.below(12); count >= 0; count -= 1) {
      const filler = random.below(2) === 0 ? random.pick(frames) : word(random, alphabet, random.below(40));
      const pattern = random.pick(patterns);
      parts.push(filler, random.below(3) === 0 ? pattern : inPieces(random, pattern));
    }
    const offset = random.below(8);
    const bytes = Buffer.from(' '.repeat(offset) + parts.join('')).subarray(offset);
    const cut = random.below(bytes.length + 1);
    const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const seen = mask(patterns, bytewise);
    const hint = `round ${round}: ${JSON.stringify([patterns, bytes.toString()])}`;
    expect(mask(patterns, [bytes]), hint).toBe(seen);
    expect(mask(patterns, [bytes.subarray(0, cut), bytes.subarray(cut)]), hint).toBe(seen);
    // Positions count from zero after each byte that goes out, as they otherwise do after 2 ** 30 of them.
    expect(mask(patterns, bytewise, 0), hint).toBe(seen);
  }
});

it('a line break is seen where the walk has just stopped before it', () => {
  const patterns = ['babaabbabbbbbaabaaababbbaaba', 'abbabbbbaaababbababbabaaababaaabbab', 'abaabababaabba'];
  const text = 'aabaaabbbaaababbabbbbab\n> babbbbaaababbababbaba\u001b]8;;x\u0007aababaaabbab';
  const shown = 'aabaaabbbaaababbabbbbab\n> ***\u001b]8;;x\u0007***';
  for (let offset = 0; offset < 4; offset += 1) {
    const bytes = Buffer.from(' '.repeat(offset) + text).subarray(offset);
    for (let cut = 10; cut < 40; cut += 1)
      expect(mask(patterns, [bytes.subarray(0, cut), bytes.subarray(cut)]), `${offset} ${cut}`).toBe(shown);
  }
});
