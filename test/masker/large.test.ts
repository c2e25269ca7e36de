import { stripVTControlCharacters } from 'node:util';
import { createMasker, type Masker } from '@kici-dev/secret-masker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needlesOf } from '../../src/masker/needles.ts';
import { valueClasses } from './support/values.ts';

const size = 65_536;
const line = Array.from({ length: size }, (_, index) =>
  String.fromCharCode(33 + ((index * 31 + (index >> 8)) % 90)),
).join('');
const lines = line.replace(/.{100}/g, (text) => `${text.slice(1)}\n`);

function wrap(text: string, width: number, end: string): string {
  return (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end);
}

const encoders: Record<string, (text: string) => string> = {
  itself: (text) => text,
  'without its line end': (text) => text.trim(),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 in lines of 64': (text) => wrap(Buffer.from(text).toString('base64'), 64, '\n'),
  'base64 in lines of 76': (text) => wrap(Buffer.from(text).toString('base64'), 76, '\r\n'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'upper-case hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'percent-encoding': (text) => encodeURIComponent(text),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON twice': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  XML: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};

describe.each([
  ['of one line', line],
  ['of many lines', lines],
])('a value of 64 KiB %s', (_, secret) => {
  const masker = createMasker();
  masker.add(Buffer.from(secret));

  function maskInPieces(text: string, cuts: readonly number[]): string {
    const bytes = Buffer.from(text);
    const ends = cuts.map((at) => at % bytes.length).toSorted((left, right) => left - right);
    const stream = masker.open();
    const out = [0, ...ends].flatMap((start, index) =>
      stream.write(bytes.subarray(start, ends[index] ?? bytes.length)),
    );
    return Buffer.concat([...out, ...stream.end()]).toString();
  }

  it.each(Object.entries(encoders))('is masked, wherever it is cut: %s', (_name, encode) => {
    const shown = encode(secret);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
        // An encoder's line breaks do not belong to the value.
        const joined = (text: string): string => text.replace(/\*{3}\r?\n(?=\*{3})/g, '');
        expect(joined(maskInPieces(`a ${shown} b`, cuts))).toBe('a *** b');
        expect(joined(maskInPieces(shown + shown, cuts))).toMatch(/^(?:\*{3}){1,2}$/);
      }),
      { numRuns: 5 },
    );
  });

  it('is masked where it comes byte by byte', () => {
    expect(
      maskInPieces(
        secret,
        Array.from({ length: size }, (_value, at) => at),
      ),
    ).toBe('***');
  });
});

describe('what is not a value of 64 KiB', () => {
  // In base64, the lines that it could be wrapped into are secrets too.
  it.each(Object.entries(encoders).filter(([name]) => !name.startsWith('base64')))(
    'goes out as it is where it differs near its end: %s',
    (_, encode) => {
      const masker = createMasker();
      masker.add(Buffer.from(line));
      const almost = `${encode(line).slice(0, -9)}\u0001`;
      expect(masker.mask(almost)).toBe(almost);
    },
  );

  it('does not hide an occurrence that begins inside it', () => {
    const masker = createMasker();
    masker.add(Buffer.from(`${'ab'.repeat(32_000)}c`));
    expect(masker.mask(`${'ab'.repeat(40_000)}c`)).toBe(`${'ab'.repeat(8_000)}***`);
    expect(masker.mask('ab'.repeat(40_000))).toBe('ab'.repeat(40_000));
  });

  it('goes out as soon as it is known', () => {
    const masker = createMasker();
    masker.add(Buffer.from(line));
    const stream = masker.open();
    expect(stream.write(Buffer.from(line.slice(0, 60_000)))).toEqual([]);
    masker.add(Buffer.from('another value'));
    expect(Buffer.concat(stream.write(Buffer.from('\0'))).toString()).toBe(`${line.slice(0, 60_000)}\0`);
  });
});

it('many lines are masked where a search has coloured something in each', () => {
  const masker = createMasker();
  const secret = Array.from({ length: 200 }, (_, index) => `${index}: "${lines.slice(index * 31, index * 31 + 40)}"`);
  masker.add(Buffer.from(secret.join('\n')));
  const coloured = secret.map((text) => `\u001b[01;31m\u001b[K${text.slice(0, 2)}\u001b[m\u001b[K${text.slice(2)}`);
  const shown = coloured.map((text) => text.replace(/..$/, '\u001b[01;31m\u001b[K$&\u001b[m\u001b[K')).join('\n');
  const left = stripVTControlCharacters(masker.mask(shown));
  expect(left).toMatch(/^(?:\*{3}|\n)*$/);
});

it('ten values that differ only at their ends are told apart', () => {
  const masker = createMasker();
  const values = Array.from({ length: 10 }, (_, index) => `${line.slice(0, 10_000)}${index}-${'z'.repeat(index)}`);
  const stream = masker.open();
  for (const value of values) {
    masker.add(Buffer.from(value));
    expect(Buffer.concat([...stream.write(Buffer.from(`${value}~`))]).toString()).toBe('***~');
  }
  expect(masker.mask(`${line.slice(0, 10_000)}!`)).toBe(`${line.slice(0, 10_000)}!`);
});

describe('a small value after large ones', () => {
  const small = `pa ss'w"ord<&>`;
  const sql = small.replaceAll("'", "''");

  function afterLarge(count: number): Masker {
    const masker = createMasker();
    for (let index = 0; index < count; index += 1) masker.add(Buffer.from(`${index}${valueClasses['64 KiB'] ?? ''}`));
    masker.add(Buffer.from(small));
    return masker;
  }

  it('is masked in every dialect', () => {
    expect(afterLarge(1).mask(sql)).toBe('***');
  });

  it('is masked in the common ones after many', () => {
    const masker = afterLarge(4);
    expect(masker.mask(sql)).toBe(sql);
    expect(masker.mask(JSON.stringify(small))).toBe('"***"');
  });
});

it.each([500, 2_000])('a value of %d characters, none like another, is searched for in as many forms', (length) => {
  const value = Buffer.from(Array.from({ length }, (_, index) => String.fromCodePoint(0x4e00 + index)).join(''));
  const needles = needlesOf(Buffer.concat([value, value, value, value]));
  expect(needles.length).toBeLessThan(100);
});
