import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { writtenInParts } from '../../../src/orchestrator/http/shared-lists.ts';

const answer = z.object({
  name: z.string(),
  list: z.array(z.object({ key: z.string() })),
  more: z.number().optional(),
});

function text(output: z.ZodType, value: unknown): string | undefined {
  const parts = writtenInParts(output, value);
  return parts === undefined ? undefined : Buffer.concat(parts).toString();
}

describe('an answer with a list that cannot change', () => {
  it('has the same text as any other', () => {
    const list = Object.freeze([{ key: 'Ä' }, { key: 'b' }]);
    for (const value of [
      { name: 'n', list },
      { more: 1, list, name: 'n' },
    ])
      expect(text(answer, value)).toBe(JSON.stringify(answer.parse(value)));
    expect(text(z.object({ list: answer.shape.list }), { list })).toBe(JSON.stringify({ list }));
  });

  it('shares the text of the list', () => {
    const list = Object.freeze([{ key: 'a' }]);
    const [, first] = writtenInParts(answer, { name: 'n', list }) ?? [];
    const [, second] = writtenInParts(answer, { name: 'o', list }) ?? [];
    expect(first).toBeInstanceOf(Buffer);
    expect(second).toBe(first);
  });

  it('tells nothing that its operation does not', () => {
    const list = Object.freeze([{ key: 'a', value: 'secret' }]);
    expect(text(answer, { name: 'n', list, value: 'secret' })).toBe('{"name":"n","list":[{"key":"a"}]}');
  });

  it('is checked, list and rest', () => {
    expect(() => writtenInParts(answer, { name: 'n', list: Object.freeze([{ key: 1 }]) })).toThrow(z.ZodError);
    expect(() => writtenInParts(answer, { name: 1, list: Object.freeze([]) })).toThrow(z.ZodError);
  });

  it('is written in parts only where it has one', () => {
    expect(writtenInParts(answer, { name: 'n', list: [] })).toBeUndefined();
    expect(writtenInParts(z.string(), 'n')).toBeUndefined();
  });
});
