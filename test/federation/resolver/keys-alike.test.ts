import { explain, indexListing, keysAlike } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutPause } from '../../../src/federation/resolver/pieces.ts';
import { asked, keys, outageArb, path, propertyTest, resolveWorld, worldArb, type Resolved } from './world.ts';

/** All that a grid filters by: who competes for a key, in what state and order, and what nothing passes. */
function decided({ catalogue }: Resolved, key: string): unknown {
  const { status, candidates, blockedBy } = explain(catalogue, key);
  return [
    status,
    candidates.map(({ backend, scope, declaredOnly, problem }) => [backend, scope, declaredOnly, problem]),
    blockedBy.map(({ backend, scope, code }) => [backend, scope, code]),
  ];
}

it('keys that are alike are decided alike', propertyTest, () => {
  let shared = 0;
  fc.assert(
    fc.property(worldArb, outageArb, (world, outage) => {
      const resolved = resolveWorld(world, outage);
      const every = [...new Set([...asked, ...keys])];
      const groups = withoutPause(keysAlike([resolved.compiled], resolved.listings.map(indexListing), every));
      expect(groups.flat().toSorted()).toEqual(every.toSorted());
      for (const [first = '', ...others] of groups) {
        shared += others.length;
        for (const key of others) expect([key, decided(resolved, key)]).toEqual([key, decided(resolved, first)]);
      }
    }),
    { numRuns: 500 },
  );
  expect(shared).toBeGreaterThan(500);
});

it('a key that a map alone supplies is not like one that nothing supplies', () => {
  const { compiled } = resolveWorld({ bindings: [{ id: 'b', scope: 'a:p', map: { K: 'L' } }], stores: [] });
  expect(withoutPause(keysAlike([compiled], [], ['K', 'L', 'NOWHERE']))).toEqual([['K', 'NOWHERE'], ['L']]);
});

it('where all else is equal, the names in the store decide, and keys whose names differ in order are not alike', () => {
  const secret = (key: string, declaredOnly: boolean) => ({
    scope: path('p'),
    key,
    ...(declaredOnly && { declaredOnly }),
  });
  const resolved = resolveWorld({
    bindings: [
      { id: 'one', scope: 'a:p', map: { x1: 'K', y2: 'L' } },
      { id: 'two', scope: 'a:p', map: { y1: 'K', x2: 'L' } },
    ],
    stores: [
      {
        traits: { name: 'a', optional: false, listConsistency: 'strong' },
        secrets: [secret('x1', false), secret('y1', true), secret('x2', true), secret('y2', false)],
      },
    ],
  });
  expect(['K', 'L'].map((key) => explain(resolved.catalogue, key).status)).toEqual(['available', 'declared']);
  const groups = withoutPause(keysAlike([resolved.compiled], resolved.listings.map(indexListing), ['K', 'L']));
  expect(groups).toEqual([['K'], ['L']]);
});
