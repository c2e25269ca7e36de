import { describe, expect, it } from 'vitest';
import { hexForms } from '../../src/masker/encodings/hex.ts';
import { byteIn, lengthOf, paddedForm, paddings, write, type Written } from '../../src/masker/encodings/needle.ts';
import { createMaskStream } from '../../src/masker/mask-stream.ts';
import { createMatchers, type Matchers } from '../../src/masker/matchers.ts';
import { createRandom, type Random } from './support/random.ts';

const rounds = 15;
const breaks = ['', '', '!', '\n', '\u001b[1m', ' ', '\n  > '];

/** A value's base64 and hex in each form, as far as that is computed when it is read. */
function formsOf(value: Buffer): Written[] {
  const padded = paddings.flatMap((padding) =>
    [1, 2].map((count) => ({ bytes: Buffer.from(value.toString('base64url')), form: paddedForm(padding, count) })),
  );
  return [...padded, ...hexForms(value)];
}

function mask({ current }: Matchers, text: Buffer, size: number): string {
  const stream = createMaskStream(current);
  const out: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += size) out.push(...stream.write(text.subarray(at, at + size)));
  return Buffer.concat([...out, ...stream.end()]).toString('latin1');
}

/** Needles, whole, cut or broken. */
function makeText(needles: readonly Written[], random: Random): Buffer {
  const parts = Array.from({ length: 12 }, () => {
    const text = write(random.pick(needles)).toString('latin1');
    const at = random.below(text.length);
    return random.pick([text, text.slice(0, at), text.slice(at)]).slice(0, at) + random.pick(breaks) + text.slice(at);
  });
  return Buffer.from(parts.join(' '), 'latin1');
}

describe('a form that is computed', () => {
  it('is what programs print', () => {
    const bytes = Buffer.from('k~\u00f3Z\n0');
    const written = hexForms(bytes).map((needle) => write(needle).toString());
    expect(written).toEqual([
      '6b7ec3b35a0a30',
      '6B7EC3B35A0A30',
      '6b 7e c3 b3 5a 0a 30',
      '6b:7e:c3:b3:5a:0a:30',
      '6B 7E C3 B3 5A 0A 30',
      '6B:7E:C3:B3:5A:0A:30',
      String.raw`\x6b\x7e\xc3\xb3\x5a\x0a\x30`,
      '\\k\\~\\\ufffd\\\ufffd\\Z\\\n\\0',
    ]);
    const padded = (padding: (typeof paddings)[number], count: number): string =>
      write({ bytes: Buffer.from('YWJjZA'), form: paddedForm(padding, count) }).toString();
    expect([padded('=', 2), padded('%3d', 1), padded(String.raw`\u003d`, 2)]).toEqual([
      'YWJjZA==',
      'YWJjZA%3d',
      String.raw`YWJjZA\u003d\u003d`,
    ]);
  });

  it('has the same bytes one by one as in a row, and as its beginning', () => {
    for (const needle of formsOf(Buffer.from(Array.from({ length: 60 }, (_, index) => index * 31)))) {
      const { bytes, form } = needle;
      const whole = write(needle);
      expect(whole.byteLength).toBe(lengthOf(needle));
      expect(Buffer.from(whole.map((_, at) => byteIn(form, bytes, 0, bytes.byteLength, at)))).toEqual(whole);
      for (const most of [1, 2, 3, 47, 48]) expect(write(needle, most)).toEqual(whole.subarray(0, most));
    }
  });

  it.each([
    ['kept', 30, true],
    ['made again', 300, false],
  ])('is masked as if it were stored, where it is %s', (_, bytes, isSlow) => {
    const random = createRandom(Number(process.env['KICI_TEST_SEED'] ?? 15));
    for (let round = 0; round < rounds; round += 1) {
      const values = Array.from({ length: 3 }, () =>
        Buffer.from(
          Array.from({ length: bytes - random.below(12) }, () => 0x28 + random.below(random.below(2) * 80 + 2)),
        ),
      );
      const needles = values.flatMap(formsOf);
      const [computed, stored] = [createMatchers(), createMatchers()];
      computed.add(() => needles, isSlow);
      stored.add(() => needles.map((needle) => write(needle)), true);
      const text = makeText(needles, random);
      const hint = `round ${round}: set KICI_TEST_SEED to repeat it`;
      const bytewise = mask(stored, text, 1);
      for (const size of [text.length, 100, 1]) expect(mask(computed, text, size), hint).toBe(bytewise);
    }
  });
});
