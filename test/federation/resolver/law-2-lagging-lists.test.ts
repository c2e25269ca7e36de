import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, getAll, propertyTest, resolveWorld, tell, type World, worldArb } from './world.ts';

const isExact = (scope: string): boolean => !/[*?[]/.test(scope.slice(scope.indexOf(':') + 1));

describe('law 2: where lists lag, a higher exact scope is asked by name', propertyTest, () => {
  it('so that no lower value is served while a scope that is bound by name has it', () => {
    fc.assert(
      fc.property(worldArb, (world) => {
        const exact: World = { ...world, bindings: world.bindings.filter(({ scope }) => isExact(scope)) };
        const settled: World = {
          ...exact,
          stores: exact.stores.map((store) => ({
            ...store,
            secrets: store.secrets.map((secret) => ({ ...secret, hidden: false })),
          })),
        };
        const truth = getAll(settled, resolveWorld(settled).frozen);
        const lagging = getAll(exact, resolveWorld(exact).frozen);
        for (const key of asked) {
          const answer = lagging.get(key);
          // The lag may concern the value of a name that is already listed without one.
          if (answer?.status === 'found' || answer?.status === 'not_found')
            expect(`${key} ${tell(answer)}`).toBe(`${key} ${tell(truth.get(key))}`);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
