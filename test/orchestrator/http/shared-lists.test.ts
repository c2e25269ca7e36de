import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { writtenInParts } from '../../../src/orchestrator/http/shared-lists.ts';

const answer = z.object({
  name: z.string(),
  list: z.array(z.object({ key: z.string() })),
  more: z.number().optional(),
});

async function text(output: z.ZodType, value: unknown): Promise<string | undefined> {
  const parts = await writtenInParts(output, value);
  return parts === undefined ? undefined : Buffer.concat(parts).toString();
}

describe('an answer with a list that cannot change', () => {
  it('has the same text as any other', async () => {
    const list = Object.freeze([{ key: 'Ä' }, { key: 'b' }]);
    for (const value of [
      { name: 'n', list },
      { more: 1, list, name: 'n' },
    ])
      expect(await text(answer, value)).toBe(JSON.stringify(answer.parse(value)));
    expect(await text(z.object({ list: answer.shape.list }), { list })).toBe(JSON.stringify({ list }));
  });

  it('shares the text of the list', async () => {
    const list = Object.freeze([{ key: 'a' }]);
    const [, first] = (await writtenInParts(answer, { name: 'n', list })) ?? [];
    const [, second] = (await writtenInParts(answer, { name: 'o', list })) ?? [];
    expect(first).toBeInstanceOf(Buffer);
    expect(second).toBe(first);
  });

  it('tells nothing that its operation does not', async () => {
    const list = Object.freeze([{ key: 'a', value: 'secret' }]);
    expect(await text(answer, { name: 'n', list, value: 'secret' })).toBe('{"name":"n","list":[{"key":"a"}]}');
  });

  it('is checked, list and rest', async () => {
    await expect(writtenInParts(answer, { name: 'n', list: Object.freeze([{ key: 1 }]) })).rejects.toThrow(z.ZodError);
    await expect(writtenInParts(answer, { name: 1, list: Object.freeze([]) })).rejects.toThrow(z.ZodError);
  });

  it('is written in parts only where it has one', () => {
    expect(writtenInParts(answer, { name: 'n', list: [] })).toBeUndefined();
    expect(writtenInParts(z.string(), 'n')).toBeUndefined();
  });
});
