import { expect, it } from 'vitest';
import { createFairStarts, type FairStarts } from '../../../src/orchestrator/http/fair-starts.ts';

it('requests begin at once while the turn of the event loop is young', () => {
  expect(createFairStarts(() => false).turnOf('a')).toBeUndefined();
});

/** In which turns of the event loop requests began, and in which order. */
async function startsOf(starts: FairStarts): Promise<{ readonly begun: readonly string[]; readonly at: Set<number> }> {
  let turns = 0;
  const begun = new Array<string>();
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  const begin = async (name: string, organization: string): Promise<number> => {
    await starts.turnOf(organization);
    begun.push(name);
    return turns;
  };
  setImmediate(count);
  const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => begin(name, 'a'));
  const other = ['b1', 'b2'].map((name) => begin(name, 'b'));
  const at = await Promise.all([...flood, ...other]);
  isOver = true;
  return { begun, at: new Set(at) };
}

const fairly = ['a1', 'b1', 'a2', 'b2', 'a3', 'a4'];
const late = (): boolean => true;

it('behind a long turn each begins in one of its own, and a flood of one organization keeps no other waiting', async () => {
  const { begun, at } = await startsOf(createFairStarts(late, late));
  expect(begun).toEqual(fairly);
  expect(at.size).toBe(6);
});

it('those that take little begin together, in the same order', async () => {
  const { begun, at } = await startsOf(createFairStarts(late, () => false));
  expect(begun).toEqual(fairly);
  expect(at.size).toBeLessThanOrEqual(2);
});

it('each has worked before it is asked whether another may begin', async () => {
  let working = false;
  const starts = createFairStarts(late, () => working);
  const begun = new Array<string>();
  const begin = async (name: string): Promise<void> => {
    await starts.turnOf('a');
    begun.push(name);
    working = true;
  };
  const both = [begin('first'), begin('second')];
  await Promise.race(both);
  expect(begun).toEqual(['first']);
  working = false;
  await Promise.all(both);
});

it('who comes while others wait does not overtake them', async () => {
  let isLate = true;
  const starts = createFairStarts(() => isLate);
  const first = starts.turnOf('a');
  isLate = false;
  const second = starts.turnOf('a');
  expect(second).toBeInstanceOf(Promise);
  await first;
  await second;
  expect(starts.turnOf('a')).toBeUndefined();
});
