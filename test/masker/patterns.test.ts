import { describe, expect, it } from 'vitest';
import { createMaskStream } from '../../src/masker/mask-stream.ts';
import { write } from '../../src/masker/encodings/needle.ts';
import { createMatchers, type Matchers } from '../../src/masker/matchers.ts';
import { familiesOf } from '../../src/masker/needles.ts';
import { createPatterns } from '../../src/masker/scan/patterns.ts';
import { documents } from './support/documents.ts';
import { createRandom, type Random } from './support/random.ts';
import { valueClasses } from './support/values.ts';

const head = 'Zx8Kq27wLmTq9Vb4tR2hYpN6sJd3FgE5uCa1Xw0Q'.repeat(3);

function long(end: string): Buffer {
  return Buffer.from(`${head}${'~'.repeat(300)}${end}`);
}

function mask({ current }: Matchers, text: Buffer, sizeOf: () => number): string {
  const stream = createMaskStream(current);
  const out: Uint8Array[] = [];
  for (let at = 0, size = sizeOf(); at < text.length; at += size, size = sizeOf())
    out.push(...stream.write(text.subarray(at, at + size)));
  return Buffer.concat([...out, ...stream.end()]).toString('latin1');
}

describe('long patterns', () => {
  it('are made again when text shows one, with those that begin alike, and only then', () => {
    let calls = 0;
    const matchers = createMatchers();
    matchers.add(() => {
      calls += 1;
      return [long('first'), long('second'), Buffer.from(`other ${head.repeat(4)}`)];
    });
    const maskWhole = (text: string): string => mask(matchers, Buffer.from(text), () => text.length);
    expect(maskWhole(`nothing of them but ${head.slice(0, 40)}`)).toBe(`nothing of them but ${head.slice(0, 40)}`);
    expect(calls).toBe(1);
    expect(maskWhole(`${long('first')}, ${long('second')}, ${long('third')}`)).toBe(`***, ***, ${long('third')}`);
    expect(calls).toBe(2);
    expect(maskWhole(`other ${head.repeat(4)}`)).toBe('***');
    expect(calls).toBe(2);
  });

  it('are made again once, whatever is registered and shown after that, and not at all where that is slow', () => {
    for (const [isSlow, again] of [
      [false, 1],
      [true, 0],
    ] as const) {
      let calls = 0;
      const matchers = createMatchers();
      matchers.add(() => {
        calls += 1;
        return [long('first')];
      }, isSlow);
      for (let round = 0; round < 50; round += 1) {
        matchers.add(() => [Buffer.from(`token ${round}.`)]);
        const text = `token ${round}. ${long('first')} ${long('third')}`;
        expect(mask(matchers, Buffer.from(text), () => text.length)).toBe(`*** *** ${long('third')}`);
      }
      expect(calls).toBe(1 + again);
    }
  });

  it('take the memory of their beginnings until then, and again when they are dropped', () => {
    const patterns = createPatterns();
    patterns.add(() => [long('first'), Buffer.from('short')]);
    expect(patterns.lengthOf(0)).toBeLessThan(64);
    patterns.complete(0);
    patterns.complete(1);
    expect(patterns.lengthOf(0)).toBe(long('first').length);
    expect(patterns.completedBytes()).toBe(long('first').length);
    patterns.cut();
    expect(patterns.completedBytes()).toBe(0);
    expect(patterns.lengthOf(0)).toBeLessThan(64);
    expect(patterns.lengthOf(1)).toBe('short'.length);
    patterns.complete(0);
    const start = patterns.startOf(0);
    expect(patterns.bytesOf(0).subarray(start, start + patterns.lengthOf(0))).toEqual(new Uint8Array(long('first')));
  });

  it('are masked as well where little may be kept of what was shown', () => {
    const [roomy, tight] = [createMatchers(), createMatchers(1)];
    const random = createRandom(Number(process.env['KICI_TEST_SEED'] ?? 48));
    const patterns = Array.from({ length: 12 }, (_, index) => varied(random, index));
    for (const matchers of [roomy, tight]) matchers.add(() => patterns);
    for (let round = 0; round < 15; round += 1) {
      const text = Buffer.concat(Array.from({ length: 5 }, () => part(random, random.pick(patterns))));
      const whole = mask(roomy, text, () => text.length);
      expect(mask(tight, text, () => 1 + random.below(400))).toBe(whole);
      expect(mask(roomy, text, () => 1)).toBe(whole);
    }
  });
});

/** Some share their beginning, some begin within one another. */
function varied(random: Random, index: number): Buffer {
  const end = `${index % 4}-${'x'.repeat(random.below(300))}\n${index}`;
  return index % 3 === 0
    ? Buffer.from(`${head.slice(random.below(60))}${head}${end}`)
    : long(`${head.slice(0, 60)}${end}`);
}

function part(random: Random, pattern: Buffer): Buffer {
  const at = random.below(pattern.length);
  const broken = [pattern.subarray(0, at), Buffer.from(random.pick(['!', '\n', '\u001b[1m'])), pattern.subarray(at)];
  return random.pick([pattern, pattern.subarray(0, at), pattern.subarray(at), Buffer.concat(broken)]);
}

it('what a value is searched for by is the same each time that it is made', () => {
  const large = documents.slice(0, 4).map(({ text }) => text.repeat(1 + Math.floor(5_000 / text.length)));
  for (const value of [...Object.values(valueClasses), ...large]) {
    for (const { make } of familiesOf(Buffer.from(value))) {
      const joined = (): string =>
        make()
          .map((needle) => write(needle).toString('latin1'))
          .join('\0');
      expect(joined() === joined()).toBe(true);
    }
  }
});
