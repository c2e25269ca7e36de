import { parseEnv } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from '../../src/dashboard/pages/secrets/dotenv.ts';

const valuesOf = (text: string): Record<string, string> =>
  Object.fromEntries(parseDotenv(text).entries.map(({ key, value }) => [key, value]));

describe('a .env file', () => {
  it.each<[string, Record<string, string>]>([
    ['A=1', { A: '1' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['export A = "a b" # why', { A: 'a b' }],
    ["A='it is # no comment'", { A: 'it is # no comment' }],
    ['A=`a "b"`', { A: 'a "b"' }],
    ['A= # nothing', { A: '' }],
    ['A=a b # c', { A: 'a b' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    [String.raw`A="one\ntwo"`, { A: 'one\ntwo' }],
    ['A=postgres://u:p@h/db?x=1', { A: 'postgres://u:p@h/db?x=1' }],
    ['A=1\nA=2', { A: '2' }],
    ['\n# nothing\n\n', {}],
    ['A=', { A: '' }],
    ['__proto__=x', { ['__proto__']: 'x' }],
  ])('%j', (text, values) => {
    expect(Object.entries(valuesOf(text))).toEqual(Object.entries(values));
  });

  it('names the lines that are not an assignment, and loses none of the others', () => {
    expect(parseDotenv('A=1\nwhat is this\nB=2\n"C"=3')).toEqual({
      entries: [
        { key: 'A', value: '1' },
        { key: 'B', value: '2' },
      ],
      wrong: [2, 4],
    });
  });

  it.each([
    'A=pa#ss',
    String.raw`A="a\"b"`,
    String.raw`A="a\tb"`,
    'A="a" b',
    'A="never closed',
    'A="never closed\nB=2\nC=3',
  ])('is not guessed at where its readers differ: %j', (text) => {
    expect(parseDotenv(text)).toEqual({ entries: [], wrong: [1] });
  });

  it('is read as Node.js reads it, for plain and quoted values', () => {
    const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
    const value = fc.stringMatching(/^[a-z0-9=:/.@-][a-z0-9 =:/.@-]{0,11}$/);
    const line = fc
      .tuple(key, value, fc.constantFrom('', '"', "'"))
      .map(([name, text, quote]) => `${name}=${quote}${text}${quote}`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        expect(valuesOf(text)).toEqual({ ...parseEnv(text) });
      }),
    );
  });

  it('comes to an end whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', '=', '"', "'", '\\', '\n', '\r', '#', ' ', 'ä') }), (text) => {
        parseDotenv(text);
      }),
    );
  });
});
