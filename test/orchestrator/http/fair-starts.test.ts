import { expect, it } from 'vitest';
import { createFairStarts } from '../../../src/orchestrator/http/fair-starts.ts';

it('requests begin at once while the turn of the event loop is young', () => {
  expect(createFairStarts(() => false).turnOf('a')).toBeUndefined();
});

it('behind a long turn each begins in one of its own, and a flood of one organization keeps no other waiting', async () => {
  let turns = 0;
  const starts = createFairStarts(() => true);
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
  expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  expect(new Set(at).size).toBe(6);
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
