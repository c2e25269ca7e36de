import { AnswerGauge, answerLimits, BackendError, type AnswerKind } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';

/** Why the gauge rejects the answer, given in pieces of this size; `taken` if it does not. */
function judge(kind: AnswerKind, text: string, pieceSize = 65_536): string {
  const gauge = new AnswerGauge(kind);
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.byteLength; at += pieceSize) gauge.add(bytes.subarray(at, at + pieceSize));
    return 'taken';
  } catch (error) {
    return BackendError.is(error) ? `${error.code}: ${error.detail}` : String(error);
  }
}

const { bytes, elements, members, depth, besideSpelledNumbers } = answerLimits;
const list = (item: string, count: number): string => `[${Array(count).fill(item).join(',')}]`;
const object = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;

describe('the gauge of answers', () => {
  it.each<[string, AnswerKind, string]>([
    ['a value up to its size', 'value', `"${'x'.repeat(bytes.value - 2)}"`],
    ['a list up to its size', 'list', `"${'x'.repeat(bytes.list - 2)}"`],
    ['as many elements as are allowed', 'list', list('1', elements)],
    ['as many members as are allowed', 'value', object(members)],
    ['as many levels as are allowed', 'value', '['.repeat(depth) + ']'.repeat(depth)],
    ['one number of a million digits', 'value', '1'.repeat(1_000_000)],
    ['what only looks like structure, in a string', 'value', JSON.stringify(`${'[{,:'.repeat(100_000)}"\\`)],
    ['what is not JSON', 'value', '<html>Welcome</html>'],
  ])('takes %s', (_, kind, text) => {
    expect(judge(kind, text)).toBe('taken');
  });

  it.each<[string, AnswerKind, string, string]>([
    ['a value above its size', 'value', `"${'x'.repeat(bytes.value)}"`, '2097152 bytes'],
    ['a list above its size', 'list', `"${'x'.repeat(bytes.list)}"`, '8388608 bytes'],
    ['a million elements', 'list', list('1', 1_000_000), '65536 elements'],
    ['a million empty lists', 'list', list('[]', 1_000_000), '65536 elements'],
    ['a hundred thousand members', 'value', object(100_000), '16384 members'],
    ['one key a hundred thousand times', 'value', `{${Array(100_000).fill('"a":1').join(',')}}`, '16384 members'],
    ['a tower of lists', 'value', '['.repeat(50_000), '256 levels'],
    ['a tower of objects', 'value', '{"a":'.repeat(10_000), '256 levels'],
    ['many numbers with digits to keep', 'value', list('1.0', besideSpelledNumbers + 1), '8192 elements and members'],
  ])('refuses %s, and says what the limit is', (_, kind, text, limit) => {
    expect(judge(kind, text)).toContain('too_large: the answer was rejected');
    expect(judge(kind, text)).toContain(limit);
  });

  it('sees the same whatever the pieces', () => {
    const text = JSON.stringify({ 'a"[,\\': ['\\', '"', { b: '\\"{' }], n: [1, 2, 3] });
    const wide = list(text, 20_000);
    for (const size of [1, 2, 3, 7, 65_536]) expect(judge('list', wide, size)).toBe(judge('list', wide));
    expect(judge('value', list(text, 1_000), 1)).toBe('taken');
  });

  it.each([
    ['[1, -1, 0, 123456789012345, -12345678901234, true, false, null]', false],
    ['"1.0"', false],
    ['[1.0]', true],
    ['[1e5]', true],
    ['[1E5]', true],
    ['[-0]', true],
    ['[1234567890123456]', true],
    ['{"a":12345678901234567890}', true],
    ['{"a":0.1 }', true],
  ])('knows of %s whether a number would be respelt: %s', (text, expected) => {
    for (const size of [1, 100]) {
      const gauge = new AnswerGauge('value');
      for (let at = 0; at < text.length; at += size) gauge.add(Buffer.from(text.slice(at, at + size)));
      expect(gauge.hasSpelledNumbers).toBe(expected);
    }
  });
});
