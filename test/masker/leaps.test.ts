import { expect, it } from 'vitest';
import { createMaskStream } from '../../src/masker/mask-stream.ts';
import { createMatchers, type Matchers } from '../../src/masker/matchers.ts';
import { createRandom, type Random } from './support/random.ts';

const alphabets = [
  'aab',
  'abcd\n',
  'aaaaaaaab',
  'aAbB01+/=\\n%"',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
];
const bytesPerText = 3_000;
const rounds = 60;
const textsPerRound = 4;

/** Patterns that contain, begin, end and repeat one another. */
function makePatterns(random: Random): string[] {
  const alphabet = random.pick(alphabets);
  const word = (length: number): string => Array.from({ length }, () => random.pick(alphabet)).join('');
  const patterns = [word(40 + random.below(bytesPerText))];
  for (let count = random.below(7); count > 0; count -= 1) {
    const other = random.pick(patterns);
    const at = random.below(other.length);
    patterns.push(
      random.pick([
        word(4 + random.below(300)),
        other.slice(0, at) + word(4 + random.below(100)),
        other.slice(at) + word(4 + random.below(100)),
        other.slice(at, at + 100) + word(4),
        word(1 + random.below(9)).repeat(40) + word(4),
        other.replace(/(.{40})/g, '$1\n'),
      ]),
    );
  }
  return patterns;
}

function makeText(patterns: readonly string[], random: Random): Buffer {
  const parts = Array.from({ length: 1 + random.below(5) }, () => {
    const pattern = random.pick(patterns);
    const at = random.below(pattern.length);
    const broken = pattern.replace(/(.{50})/g, '$1\n  ');
    const insert = (text: string): string => pattern.slice(0, at) + text + pattern.slice(at);
    return random.pick([pattern, pattern.slice(at), pattern.slice(0, at), insert('!'), insert('\u001b[1m'), broken]);
  });
  return Buffer.from(parts.join(''));
}

function mask({ current }: Matchers, text: Buffer, sizeOf: () => number): string {
  const stream = createMaskStream(current);
  const out: Uint8Array[] = [];
  for (let at = 0, size = sizeOf(); at < text.length; at += size, size = sizeOf())
    out.push(...stream.write(text.subarray(at, at + size)));
  return Buffer.concat([...out, ...stream.end()]).toString();
}

it('what is compared with a long pattern is masked as if every byte had its state', () => {
  const random = createRandom(Number(process.env['KICI_TEST_SEED'] ?? 20_261_130));
  for (let round = 0; round < rounds; round += 1) {
    const patterns = makePatterns(random);
    const [leaping, stepping] = [createMatchers(), createMatchers()];
    for (const matchers of [leaping, stepping]) matchers.add(() => patterns.map((pattern) => Buffer.from(pattern)));
    for (let count = 0; count < textsPerRound; count += 1) {
      const text = makeText(patterns, random);
      const bytewise = mask(stepping, text, () => 1);
      const context = `round ${round}: set KICI_TEST_SEED to repeat it`;
      expect(
        mask(leaping, text, () => text.length),
        context,
      ).toBe(bytewise);
      expect(
        mask(leaping, text, () => 1 + random.below(500)),
        context,
      ).toBe(bytewise);
    }
  }
});
