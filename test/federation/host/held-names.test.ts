import type { ListPage } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';

import { context, hostScripted, ref } from '../../support/scripted-backend.ts';

const { scope } = ref('A', 'apps/a');
const facts = { version: '3', updatedAt: '2026-01-01T00:00:00Z' };
const deleted = { scope, depth: 'scope', code: 'deleted' } as const;

/** The result of each of these pages, listed one after another. */
async function listed(...pages: readonly ListPage[]) {
  let at = 0;
  const hosted = hostScripted({
    async *list() {
      yield pages[at] ?? { secrets: [] };
      at += 1;
    },
  });
  const answers = [];
  for (const _ of pages) answers.push(await hosted.listAged({ depth: 'tree' }, context(), 0));
  return answers.at(-1);
}

const before: ListPage = { secrets: ['A', 'B'].map((key) => ({ ...ref(key, 'apps/a'), ...facts })) };

describe('the keys of a deleted version', () => {
  it("are those that it was seen to hold before it was deleted, and nobody else's", async () => {
    const after: ListPage = {
      secrets: [ref('C', 'apps/c'), { ...ref('OLD', 'apps/a'), version: '3', problem: 'deleted' }],
      unlisted: [{ ...deleted, ...facts }],
    };
    expect(await listed(before, after)).toMatchObject({
      secrets: [
        ref('C', 'apps/c'),
        { ...ref('A', 'apps/a'), problem: 'deleted' },
        { ...ref('B', 'apps/a'), problem: 'deleted' },
      ],
      unlisted: [],
    });
  });

  it.each([
    ['another version', { ...facts, version: '4' }],
    ['another path of the same name and number', { ...facts, updatedAt: '2026-02-02T00:00:00Z' }],
    ['one that tells no version', {}],
  ])('are not known of %s', async (_, now) => {
    const unlisted = [{ ...deleted, ...now }];
    expect(await listed(before, { secrets: [], unlisted })).toMatchObject({ secrets: [], unlisted });
  });

  it('are not known where nobody has listed it, or where its keys had no version in common', async () => {
    const unlisted = [{ ...deleted, ...facts }];
    expect(await listed({ secrets: [], unlisted })).toMatchObject({ secrets: [], unlisted });
    const mixed: ListPage = { secrets: [...before.secrets, { ...ref('C', 'apps/a'), ...facts, version: '1' }] };
    expect(await listed(mixed, { secrets: [], unlisted })).toMatchObject({ secrets: [], unlisted });
  });
});
