import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ownTurn } from '../../../src/federation/host/layers/turns.ts';

it('of many pieces of long work each turn of the event loop has one, in the order in which they came', async () => {
  const done: number[] = [];
  const work = async (piece: number): Promise<void> => {
    await ownTurn();
    done.push(piece);
  };
  const all = Promise.all([1, 2, 3].map(work));
  for (const before of [0, 1, 2, 3]) {
    expect(done).toHaveLength(before);
    // oxlint-disable-next-line no-await-in-loop -- each is the next one
    await nextTurn();
  }
  await all;
  expect(done).toEqual([1, 2, 3]);
});

it('who comes last waits for those before, and then nobody is left', async () => {
  const done: string[] = [];
  const twice = async (): Promise<void> => {
    await ownTurn();
    done.push('first');
    await ownTurn();
    done.push('first again');
  };
  const once = async (): Promise<void> => {
    await ownTurn();
    done.push('second');
  };
  await Promise.all([twice(), once()]);
  expect(done).toEqual(['first', 'second', 'first again']);
  await ownTurn();
});
