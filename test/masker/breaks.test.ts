import { stripVTControlCharacters } from 'node:util';
import { createMasker, type Masker } from '@kici-dev/secret-masker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMaskStream, type MaskStream } from '../../src/masker/mask-stream.ts';
import { createMatchers } from '../../src/masker/matchers.ts';
import { createRandom } from './support/random.ts';

const secret = 'Zx8Kq27wLmTq9Vb4tR2hYpN6sJd3FgE5uCa1';

function maskerOf(...values: readonly string[]): Masker {
  const masker = createMasker();
  for (const value of values) masker.add(Buffer.from(value));
  return masker;
}

function maskPieces(masker: Pick<Masker, 'open'>, pieces: readonly Uint8Array[]): string {
  const stream = masker.open();
  return Buffer.concat([...pieces.flatMap((piece) => stream.write(piece)), ...stream.end()]).toString();
}

const masker = maskerOf(secret);
const cutAt = (...places: readonly number[]): string[] =>
  [0, ...places].map((place, index) => secret.slice(place, places[index]));

describe('a secret in two lines', () => {
  it.each(
    Object.entries({
      'a line feed': '\n',
      'a carriage return': '\r',
      'both, and an indentation': '\r\n        ',
      'a difference': '\n+ ',
      'a quotation': '\n> ',
      'a coloured difference': '\u001b[m\n\u001b[32m+\u001b[m\u001b[32m',
      'a table': '\n  | ',
      'strings that are added': "' +\n  '",
      'strings that are added, at a terminal': "' +\r\n  '",
      'strings that stand together': "'\n  '",
      'strings that stand together, at a terminal': '"\r\n  "',
      'an escape': String.raw`\n`,
      'an escape in an escape': String.raw`\\n`,
      'percent-encoding': '%0A',
      'an entity': '&#10;',
      'a line that goes on': '\\\n  ',
    }),
  )('broken by %s', (_, gap) => {
    for (let place = 4; place < secret.length; place += 1) {
      const [first = '', second = ''] = cutAt(place);
      const masked = masker.mask(`key: ${first}${gap}${second};`);
      // Otherwise each piece has less than 19 bytes.
      if (place >= 19 || secret.length - place >= 19) expect(masked).toBe(`key: ***${gap}***;`);
      else expect(masked).toBe(`key: ${first}${gap}${second};`);
    }
  });

  it('shows at most three bytes that ended the line above', () => {
    for (const place of [1, 2, 3]) {
      const [first = '', second = ''] = cutAt(place);
      expect(masker.mask(`key: ${first}\n${second};`)).toBe(`key: ${first}\n***;`);
    }
  });

  it('makes no line wait that does not end in four of its bytes', () => {
    const stream = masker.open();
    expect(Buffer.concat(stream.write(Buffer.from(`done: ${secret.slice(0, 3)}\n`))).toString()).toBe(
      `done: ${secret.slice(0, 3)}\n`,
    );
  });

  it('is not made of words that follow one another', () => {
    expect(maskerOf('production').mask('produc\ntion')).toBe('produc\ntion');
  });
});

it('base64 is found at any width from 19 columns on', () => {
  const long = secret.repeat(5);
  const wrapping = maskerOf(long);
  const text = Buffer.from(long).toString('base64');
  for (let width = 19; width < 120; width += 1) {
    const wrapped = text.replace(new RegExp(`.{${width}}`, 'g'), '$&\n  ');
    expect(wrapping.mask(wrapped).replace(/\s/g, '')).toMatch(/^(?:\*{3})+$/);
  }
});

it('text that was folded at its blanks is found', () => {
  const phrase = maskerOf('correct horse battery staple, and a paper clip');
  expect(phrase.mask('# correct horse battery\n# staple, and a paper clip')).toBe('# ***\n# ***');
});

describe('control sequences', () => {
  it.each([['Zx8Kq'], ['a longer one, of many bytes'], [secret]])(
    'are seen through wherever they stand in %s',
    (value) => {
      const colouring = maskerOf(value);
      for (let from = 0; from < value.length; from += 1) {
        for (let to = from + 1; to < value.length; to += 3) {
          const text = `${value.slice(0, from)}\u001b[01;31m\u001b[K${value.slice(from, to)}\u001b[m\u001b[K${value.slice(to)}`;
          expect(
            colouring.mask(`< ${text} >`).replaceAll('\u001b[01;31m\u001b[K', '').replaceAll('\u001b[m\u001b[K', ''),
          ).toMatch(/^< (?:\*{3})+ >$/);
        }
      }
    },
  );

  it('stay where they are', () => {
    expect(maskerOf('hunter22').mask('\u001b[31mhunt\u001b[1mer22\u001b[0m!')).toBe(
      '\u001b[31m***\u001b[1m***\u001b[0m!',
    );
  });
});

it('a chunk may end anywhere in what adds two strings', () => {
  const value = 'Wng4S3EyN3dMbVRxOVZiNHRSIGEiYWMgY8Opw6nDqSAg';
  const bytes = Buffer.from(`out: ${value.slice(0, 17)}' +\n  '${value.slice(17)} end`);
  const matchers = createMatchers();
  // The shorter one has a filter of its own, which ends elsewhere in a chunk.
  matchers.add(() => [Buffer.from(value), Buffer.from('cab%c3%a9+b%c3%a9')]);
  for (let at = 0; at <= bytes.length; at += 1) {
    const open = (): MaskStream => createMaskStream(matchers.current);
    expect(maskPieces({ open }, [bytes.subarray(0, at), bytes.subarray(at)])).toBe("out: ***' +\n  '*** end");
  }
});

describe('a value with line ends of its own', () => {
  const first = 'Zx8Kq27wLmTq9Vb4tR2h';
  const inBetween = [
    '\u001b[31m',
    '\u001b[m\u001b[K',
    '\n',
    '\r\n  ',
    '\u001b[m\n\u001b[32m+',
    '\n> ',
    '\r\n\r\n',
    '\\n',
  ];

  it.each(['abcdefgh\n', 'abcdefgh\n\n ', 'ab\n'])(
    'of %j is masked where colours and line ends break it',
    (alphabet) => {
      const random = createRandom(7);
      for (let round = 0; round < 150; round += 1) {
        const rest = Array.from({ length: 10 + random.below(60) }, () => random.pick(alphabet));
        const broken = rest.map((byte) => (random.below(6) === 0 ? random.pick(inBetween) : '') + byte).join('');
        const matchers = createMatchers();
        matchers.add(() => [Buffer.from(`${first}${rest.join('')}z`)]);
        const bytes = Buffer.from(`${first}${broken}z`);
        const open = (): MaskStream => createMaskStream(matchers.current);
        for (const chunks of [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))]) {
          const left = stripVTControlCharacters(maskPieces({ open }, chunks)).replace(/\*{3}|\\n|[\s>+]/g, '');
          expect(left, JSON.stringify([rest.join(''), broken])).toBe('');
        }
      }
    },
  );
});

it('every way to cut the stream gives the same', () => {
  const gap = fc.constantFrom('\n', '\r\n  ', '\n+ ', '\u001b[31m', String.raw`\n`, ' ', 'x');
  const piece = fc.tuple(fc.nat({ max: secret.length }), fc.nat({ max: secret.length }), gap);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
      const text = pieces.map(([from, to, end]) => secret.slice(Math.min(from, to), Math.max(from, to)) + end).join('');
      const bytes = Buffer.from(`${'-'.repeat(40)}${text}${secret.slice(0, 20)}\n${secret.slice(20)}`);
      const ends = cuts.map((at) => at % bytes.length).toSorted((left, right) => left - right);
      const chunks = [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
      const whole = maskPieces(masker, [bytes]);
      expect(maskPieces(masker, chunks)).toBe(whole);
      expect(
        maskPieces(
          masker,
          [...bytes].map((byte) => Uint8Array.of(byte)),
        ),
      ).toBe(whole);
      expect(whole).toMatch(/\*{3}\n\*{3}$/);
    }),
    { numRuns: 1_500 },
  );
});
