import { createMasker, type Masker } from '@kici-dev/secret-masker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMaskStream, type MaskStream } from '../../src/masker/mask-stream.ts';
import { createMatchers } from '../../src/masker/matchers.ts';
import { needlesOf } from '../../src/masker/needles.ts';

function run(masker: Pick<Masker, 'open'>, chunks: readonly Uint8Array[]): Buffer {
  const stream = masker.open();
  return Buffer.concat([...chunks.flatMap((chunk) => stream.write(chunk)), ...stream.end()]);
}

function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set(cuts.map((at) => at % (bytes.length + 1)))].toSorted((left, right) => left - right);
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

/** What to mask wherever it begins at `from` or later. */
interface Sought {
  readonly needle: Uint8Array;
  readonly from: number;
}

function soughtFor(secret: Buffer, from = 0): Sought[] {
  return secret.length < 4 ? [] : needlesOf(secret).map((needle) => ({ needle, from }));
}

/** The meaning of masking, without an automaton: every byte of every occurrence, overlapping occurrences as one. */
function oracle(sought: readonly Sought[], text: Buffer): Buffer {
  const spans: { start: number; end: number }[] = [];
  for (const { needle, from } of sought) {
    for (let at = text.indexOf(needle, from); at >= 0; at = text.indexOf(needle, at + 1))
      spans.push({ start: at, end: at + needle.length });
  }
  spans.sort((left, right) => left.start - right.start);
  const out: Buffer[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (start >= at) out.push(text.subarray(at, start), Buffer.from('***'));
    at = Math.max(at, end);
  }
  return Buffer.concat([...out, text.subarray(at)]);
}

/** How many of the last bytes could begin a needle. */
function beginningAtEnd(sought: readonly Sought[], text: Buffer): number {
  let longest = 0;
  for (const { needle } of sought) {
    for (let length = 1; length < needle.length && length <= text.length; length += 1) {
      if (Buffer.compare(needle.subarray(0, length), text.subarray(text.length - length)) === 0)
        longest = Math.max(longest, length);
    }
  }
  return longest;
}

// Few letters, so that prefixes, overlaps and nesting happen all the time.
const word = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: min, maxLength: max }).map((text) => Buffer.from(text));

describe('masking a stream', () => {
  it('gives the same for every way to cut it into chunks, and the same as a plain search', () => {
    fc.assert(
      fc.property(
        fc.array(word(1, 12), { maxLength: 5 }),
        word(0, 120),
        fc.array(fc.nat(), { maxLength: 20 }),
        (secrets, text, cuts) => {
          const masker = createMasker();
          for (const secret of secrets) masker.add(secret);
          const whole = run(masker, [text]);
          expect(run(masker, cut(text, cuts)).toString()).toBe(whole.toString());
          expect(
            run(
              masker,
              [...text].map((byte) => Uint8Array.of(byte)),
            ).toString(),
          ).toBe(whole.toString());
          expect(whole.toString()).toBe(
            oracle(
              secrets.flatMap((secret) => soughtFor(secret)),
              text,
            ).toString(),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('holds back nothing but a tail that could begin a pattern', () => {
    fc.assert(
      fc.property(fc.array(word(4, 12), { maxLength: 5 }), word(0, 60), (secrets, text) => {
        const matchers = createMatchers();
        matchers.add(() => secrets);
        const longest = beginningAtEnd(
          secrets.map((needle) => ({ needle, from: 0 })),
          text,
        );
        const open = (): MaskStream => createMaskStream(matchers.current);
        const stream = open();
        const now = Buffer.concat(stream.write(text));
        const rest = Buffer.concat(stream.end());
        expect(rest.length === 0 || longest > 0).toBe(true);
        expect(Buffer.concat([now, rest]).toString()).toBe(run({ open }, [text]).toString());
        expect(rest.length).toBeLessThanOrEqual(Math.max(3, longest));
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same where values are registered in the middle and states are made again', () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.record({ text: word(0, 20) }) },
      { weight: 1, arbitrary: fc.record({ secret: word(4, 12) }) },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 16 }), (steps) => {
        const matchers = createMatchers(0);
        const stream = createMaskStream(matchers.current);
        const sought: Sought[] = [];
        const out: Uint8Array[] = [];
        let text = Buffer.alloc(0);
        let sent = 0;
        for (const step of steps) {
          if ('secret' in step) {
            matchers.add(() => [step.secret]);
            sought.push({ needle: step.secret, from: sent });
          } else {
            text = Buffer.concat([text, step.text]);
            out.push(...stream.write(step.text));
            sent = text.length - beginningAtEnd(sought, text.subarray(sent));
          }
        }
        out.push(...stream.end());
        expect(Buffer.concat(out).toString()).toBe(oracle(sought, text).toString());
      }),
      { numRuns: 3_000 },
    );
  });

  it('masks a secret that is registered while a part of it is held back', () => {
    const masker = createMasker();
    masker.add(Buffer.from('hunter2-long'));
    const stream = masker.open();
    const out = [...stream.write(Buffer.from('x hunter2'))];
    masker.add(Buffer.from('hunter2!'));
    out.push(...stream.write(Buffer.from('! y')), ...stream.end());
    expect(Buffer.concat(out).toString()).toBe('x *** y');
  });

  it('masks a secret that is registered while the last of the stream is held back', () => {
    const masker = createMasker();
    masker.add(Buffer.from('hunter2-long'));
    const stream = masker.open();
    const out = [...stream.write(Buffer.from('x hunter2'))];
    masker.add(Buffer.from('hunter2'));
    out.push(...stream.end());
    expect(Buffer.concat(out).toString()).toBe('x ***');
  });

  it('never breaks UTF-8', () => {
    const masker = createMasker();
    masker.add(Buffer.from('pässwörd'));
    const text = Buffer.from('grüße pässwörd 🎉 pässwört');
    for (let at = 0; at <= text.length; at += 1) {
      expect(run(masker, [text.subarray(0, at), text.subarray(at)]).toString()).toBe('grüße *** 🎉 pässwört');
    }
  });

  it('keeps its own copy of what it holds back', () => {
    const masker = createMasker();
    masker.add(Buffer.from('secret-value'));
    const stream = masker.open();
    const chunk = Buffer.from('secret-');
    const out = [...stream.write(chunk)];
    chunk.fill(0x78);
    out.push(...stream.write(Buffer.from('other')), ...stream.end());
    expect(Buffer.concat(out).toString()).toBe('secret-other');
  });

  it('does not let streams mix', () => {
    const masker = createMasker();
    masker.add(Buffer.from('abcdefgh'));
    const [left, right] = [masker.open(), masker.open()];
    const first = left.write(Buffer.from('abcd'));
    const second = right.write(Buffer.from('efgh'));
    expect(Buffer.concat([...first, ...left.end()]).toString()).toBe('abcd');
    expect(Buffer.concat([...second, ...right.end()]).toString()).toBe('efgh');
  });

  it('masks overlapping and nested secrets without leaving a readable rest', () => {
    const masker = createMasker();
    for (const secret of ['aab1', 'b1cccc', 'inner', 'outer-inner-outer']) masker.add(Buffer.from(secret));
    expect(masker.mask('aaab1cccc outer-inner-outer')).toBe('a*** ***');
  });

  it('refuses what is too short to mask and says so', () => {
    const masker = createMasker();
    expect(masker.add(Buffer.from('abc'))).toBe('too_short');
    expect(masker.add(Buffer.from('abcd'))).toBe('masked');
    expect(masker.mask('abc abcd')).toBe('abc ***');
  });
});
