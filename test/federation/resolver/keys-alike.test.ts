import { explain, indexListing, keysAlike } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutPause } from '../../../src/federation/resolver/pieces.ts';
import { asked, keys, outageArb, propertyTest, resolveWorld, worldArb, type Resolved } from './world.ts';

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
