import { expect, it } from 'vitest';
import { operations } from '../../src/api/registry.ts';
import { mergeHandlers, type AreaHandlers } from '../../src/composition/merge-handlers.ts';

const handled = (...ids: string[]): AreaHandlers =>
  Object.fromEntries(ids.map((id) => [id, () => Promise.reject(new Error('not called'))]));

it('an operation that no area handles keeps the server from starting', () => {
  const { 'secrets.set': _, ...rest } = operations;
  expect(() => mergeHandlers([handled(...Object.keys(rest))])).toThrow('no area handles secrets.set');
});

it('an operation that two areas handle keeps the server from starting', () => {
  const all = handled(...Object.keys(operations));
  expect(() => mergeHandlers([all, handled('secrets.set')])).toThrow('more than one area handles secrets.set');
});

it('areas that handle each operation once are merged', () => {
  const [first = '', ...others] = Object.keys(operations);
  const merged = mergeHandlers([handled(first), handled(...others)]);
  expect(Object.keys(merged).toSorted()).toEqual(Object.keys(operations).toSorted());
});
