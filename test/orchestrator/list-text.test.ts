import { ownTurn } from '@kici-dev/secret-federation';
import { expect, it } from 'vitest';
import { listText } from '../../src/orchestrator/list-text.ts';

it.each([0, 1, 499, 500, 501, 1_750])('%d items are written as they would be at once', async (length) => {
  const list = Array.from({ length }, (_, index) => ({ key: `Ä"${index}`, tags: [index], gone: undefined }));
  expect(await listText(list)).toBe(JSON.stringify(list));
  expect(await listText(list, (some) => some.map(({ key }) => key))).toBe(JSON.stringify(list.map(({ key }) => key)));
});

it('others have their turns while a long list is written', async () => {
  const list = Array.from({ length: 2_000 }, (_, index) => index);
  expect(await Promise.race([listText(list), ownTurn()])).toBeUndefined();
});
