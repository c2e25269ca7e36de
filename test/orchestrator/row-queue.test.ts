import { expect, it } from 'vitest';
import { createRowQueue, type RowQueue, type WaitingRow } from '../../src/orchestrator/audit/row-queue.ts';

/** @param text organization and operation */
function rowOf(text: string, since = 0): WaitingRow {
  const [organization = '', operation = ''] = text.split(' ');
  return {
    entry: { organization, phase: 'intent', operation, actor: 'nobody', subject: {} },
    until: 'durable',
    since,
    resolve: () => undefined,
    reject: () => undefined,
  };
}

const namesOf = (rows: readonly WaitingRow[]): readonly string[] =>
  rows.map(({ entry }) => `${entry?.organization} ${entry?.operation}`);

function queueOf(names: readonly string[], now = 0): RowQueue {
  const queue = createRowQueue(() => now);
  for (const name of names) queue.add(rowOf(name));
  return queue;
}

it('rows of all logs are taken together', () => {
  const queue = queueOf(['a 1', 'b 1', 'a 2']);
  expect(namesOf(queue.take())).toEqual(['a 1', 'b 1', 'a 2']);
  expect([queue.count(), queue.take()]).toEqual([0, []]);
});

it('rows of logs of which one is held are taken apart, each log in its order, and in turn with those of others', () => {
  const queue = queueOf(['a 1', 'b 1', 'a 2']);
  expect(queue.hold(queue.take())).toEqual([]);
  for (const name of ['a 3', 'c 1', 'd 1']) queue.add(rowOf(name));
  const a = queue.take();
  expect(namesOf(a)).toEqual(['a 1', 'a 2', 'a 3']);
  queue.hold(a);
  expect(namesOf(queue.take())).toEqual(['c 1', 'd 1']);
  expect(namesOf(queue.take())).toEqual(['b 1']);
  queue.add(rowOf('b 2'));
  // It is held no more.
  expect(namesOf(queue.take())).toEqual(['b 2']);
  expect(namesOf(queue.take())).toEqual(['a 1', 'a 2', 'a 3']);
  expect(queue.count()).toBe(0);
});

it('whoever only wants to know whether rows can be written is served first and apart, and not put back', () => {
  const queue = queueOf(['a 1']);
  const probe = { ...rowOf('a 1'), entry: undefined };
  queue.add(probe);
  expect(queue.take()).toEqual([probe]);
  expect(queue.hold([probe])).toEqual([probe]);
  expect(namesOf(queue.take())).toEqual(['a 1']);
});

it('rows that have waited for too long are not put back', () => {
  const queue = queueOf([], 10_001);
  for (const since of [0, 1, 2, 3]) queue.add(rowOf(`a ${since}`, since));
  expect(namesOf(queue.hold(queue.take()))).toEqual(['a 0', 'a 1']);
  expect(namesOf(queue.take())).toEqual(['a 2', 'a 3']);
});
