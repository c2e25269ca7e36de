import { expect, it } from 'vitest';
import { createPlaces, type Holder, type Places } from '../../../src/database/postgres/places.ts';
import { DatabaseUnavailableError } from '../../../src/database/unavailable.ts';

const longestWaitMs = 60_000;

/** Who has got a place, in this order; each gives it back when it is told to. */
function follow(places: Places) {
  const begun: string[] = [];
  const held: (() => void)[] = [];
  return {
    begun,
    take: (name: string, holder: Holder | 'own' = { group: 'known', name }): void => {
      void (async () => {
        const giveBack = await places.take(holder === 'own' ? undefined : holder);
        begun.push(name);
        held.push(giveBack);
      })();
    },
    /** The oldest place, `count` times. */
    giveBack: async (count = 1): Promise<void> => {
      for (let one = 0; one < count; one += 1) {
        held.shift()?.();
        // Whoever has got it says so in the next turn.
        await new Promise(setImmediate);
      }
    },
  };
}

it('those who wait get places in turn by name, and in their order within a name', async () => {
  const { take, giveBack, begun } = follow(
    createPlaces({ total: 1, kept: 0, mostOfOwn: 1, mostOfOne: 1, longestWaitMs }),
  );
  for (const name of ['a', 'a', 'a', 'a', 'b', 'b', 'c']) take(name);
  await giveBack(0);
  await new Promise(setImmediate);
  await giveBack(7);
  expect(begun).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
});

it('names that somebody makes up take no turns from those in another group', async () => {
  const { take, giveBack, begun } = follow(
    createPlaces({ total: 1, kept: 0, mostOfOwn: 1, mostOfOne: 1, longestWaitMs }),
  );
  for (let count = 0; count < 100; count += 1) take(`made up ${count}`, { group: 'unknown', name: String(count) });
  for (const name of ['a', 'b']) take(name);
  await new Promise(setImmediate);
  await giveBack(6);
  expect(begun.slice(0, 5)).toEqual(['made up 0', 'made up 1', 'a', 'made up 2', 'b']);
});

it('keeps places for work of its own, which goes before all others', async () => {
  const { take, giveBack, begun } = follow(
    createPlaces({ total: 3, kept: 1, mostOfOwn: 3, mostOfOne: 2, longestWaitMs }),
  );
  for (let count = 0; count < 5; count += 1) take(`a ${count}`, { group: 'known', name: 'a' });
  take('own 0', 'own');
  take('own 1', 'own');
  await new Promise(setImmediate);
  expect(begun).toEqual(['a 0', 'a 1', 'own 0']);
  await giveBack(3);
  expect(begun.slice(3)).toEqual(['own 1', 'a 2', 'a 3']);
});

it('leaves places to others, however much work of its own there is', async () => {
  const { take, giveBack, begun } = follow(
    createPlaces({ total: 4, kept: 1, mostOfOwn: 2, mostOfOne: 2, longestWaitMs }),
  );
  for (let count = 0; count < 4; count += 1) take(`own ${count}`, 'own');
  for (const name of ['a', 'b', 'c']) take(name);
  await new Promise(setImmediate);
  expect(begun).toEqual(['own 0', 'own 1', 'a', 'b']);
  await giveBack(3);
  expect(begun.slice(4)).toEqual(['own 2', 'own 3', 'c']);
});

it('a name has at most its share, whatever it waits for, and gets no more when others give theirs back', async () => {
  const { take, giveBack, begun } = follow(
    createPlaces({ total: 4, kept: 0, mostOfOwn: 4, mostOfOne: 2, longestWaitMs }),
  );
  for (let count = 0; count < 4; count += 1) take(`a ${count}`, { group: 'known', name: 'a' });
  take('b');
  take('c');
  take('d');
  await new Promise(setImmediate);
  expect(begun).toEqual(['a 0', 'a 1', 'b', 'c']);
  await giveBack(3);
  expect(begun.slice(4)).toEqual(['a 2', 'd', 'a 3']);
});

it('whoever finds no place in time is told so, and takes none from those behind', async () => {
  const places = createPlaces({ total: 1, kept: 0, mostOfOwn: 1, mostOfOne: 1, longestWaitMs: 1 });
  const giveBack = await places.take(undefined);
  const holder = { group: 'known', name: 'a' };
  const late = Promise.allSettled([places.take(holder), places.take(undefined)]);
  for (const outcome of await late) {
    expect(outcome).toMatchObject({ reason: { code: 'pool_full' } });
    expect(outcome.status === 'rejected' && DatabaseUnavailableError.is(outcome.reason)).toBe(true);
  }
  expect(places.waiting()).toBe(0);
  giveBack();
  (await places.take(holder))();
});
