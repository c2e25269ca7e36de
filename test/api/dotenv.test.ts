import { parseEnv } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from '../../src/api/dotenv.ts';

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
    ['A=pa#ss', { A: 'pa#ss' }],
    ['A=pa #ss', { A: 'pa' }],
    ["A=it's", { A: "it's" }],
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
      problems: [
        { line: 2, problem: 'is neither NAME=value nor a comment' },
        { line: 4, problem: 'is neither NAME=value nor a comment' },
      ],
    });
  });

  it('takes neither value of a name that it gives twice', () => {
    expect(parseDotenv('A=1\nB=2\nA=3')).toEqual({
      entries: [{ key: 'B', value: '2' }],
      problems: [{ line: 3, problem: 'gives A again, which line 1 has given' }],
    });
  });

  it.each([
    ['A=#b', 'begins A with "#"'],
    [String.raw`A="a\"b"`, 'has more after the quotes around A'],
    [String.raw`A="a\tb"`, 'has an escape in A'],
    ['A="a" b', 'has more after the quotes around A'],
    ['A="a"#b', 'has more after the quotes around A'],
    ['A="never closed', 'opens a quote for A and never closes it'],
    ['A="never closed\nB=2\nC=3', 'opens a quote for A and never closes it'],
  ])('is not guessed at where its readers differ: %j', (text, problem) => {
    const parsed = parseDotenv(text);
    expect(parsed.entries).toEqual([]);
    expect(parsed.problems).toEqual([{ line: 1, problem: expect.stringContaining(problem) }]);
  });

  it('is read as Node.js reads it, for plain and quoted values', () => {
    const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
    const value = fc.stringMatching(/^[a-z0-9=:/.@-][a-z0-9 =:/.@-]{0,11}$/);
    const line = fc
      .tuple(key, value, fc.constantFrom('', '"', "'"))
      .map(([name, text, quote]) => `${name}=${quote}${text}${quote}`);
    fc.assert(
      fc.property(fc.uniqueArray(line, { maxLength: 6, selector: (one) => one.split('=')[0] }), (lines) => {
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
