import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSharedRuns } from '../../src/orchestrator/resolution/shared-runs.ts';

function scripted() {
  const begun: { readonly work: string; readonly end: PromiseWithResolvers<string> }[] = [];
  const runs = createSharedRuns(
    (work: string) => {
      const end = Promise.withResolvers<string>();
      begun.push({ work, end });
      return end.promise;
    },
    (left, right) => `${left} ${right}`,
  );
  return { begun, runs };
}

it('who asks while a run is under way gets the next one, with all who ask before that begins', async () => {
  const { begun, runs } = scripted();
  const first = runs.run('k', 'first');
  const others = ['second', 'third', 'fourth'].map((work) => runs.run('k', work));
  await nextTurn();
  expect(begun.map(({ work }) => work)).toEqual(['first']);
  begun[0]?.end.resolve('old');
  expect(await first).toBe('old');
  await nextTurn();
  expect(begun.map(({ work }) => work)).toEqual(['first', 'second third fourth']);
  const late = runs.run('k', 'late');
  begun[1]?.end.resolve('new');
  expect(await Promise.all(others)).toEqual(['new', 'new', 'new']);
  await nextTurn();
  begun[2]?.end.resolve('newest');
  expect(await late).toBe('newest');
  expect(begun).toHaveLength(3);
});

it('a run that fails fails for those who share it, and for nobody after them', async () => {
  const { begun, runs } = scripted();
  const first = runs.run('k', 'first');
  const next = runs.run('k', 'next');
  begun[0]?.end.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await nextTurn();
  begun[1]?.end.resolve('yes');
  expect(await next).toBe('yes');
  await nextTurn();
  const again = runs.run('k', 'again');
  begun[2]?.end.resolve('again');
  expect(await again).toBe('again');
});

it('other keys do not wait', async () => {
  const { begun, runs } = scripted();
  void runs.run('a', 'a');
  void runs.run('b', 'b');
  expect(begun).toHaveLength(2);
});
