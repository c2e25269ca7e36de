import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, getAll, noOutage, outageArb, propertyTest, resolveWorld, tell, type World, worldArb } from './world.ts';

const numRuns = 700;

function expectOnlyTaken(well: ReturnType<typeof getAll>, broken: ReturnType<typeof getAll>): void {
  const changed = asked.filter(
    (key) => broken.get(key)?.status !== 'unavailable' && tell(broken.get(key)) !== tell(well.get(key)),
  );
  expect(changed.map((key) => `${key}: ${tell(well.get(key))} became ${tell(broken.get(key))}`)).toEqual([]);
}

describe('law 2: an outage may take a value away, never change it', propertyTest, () => {
  it('whatever fails before a job starts and while it reads', () => {
    fc.assert(
      fc.property(worldArb, outageArb, outageArb, (world, before, during) => {
        const well = getAll(world, resolveWorld(world).frozen);
        const { frozen } = resolveWorld(world, before);
        expectOnlyTaken(well, getAll(world, frozen));
        expectOnlyTaken(well, getAll(world, frozen, during));
        expectOnlyTaken(well, getAll(world, resolveWorld(world).frozen, during));
      }),
      { numRuns },
    );
  });

  it('a backend that answers nothing at all, or too little', () => {
    fc.assert(
      fc.property(worldArb, fc.nat(3), (world, kept) => {
        const { frozen } = resolveWorld(world);
        const well = getAll(world, frozen);
        const silent: World = { ...world, stores: world.stores.slice(0, kept) };
        const outage = {
          ...noOutage,
          backends: new Map(world.stores.slice(kept).map(({ traits }) => [traits.name, 'bad_answer'] as const)),
        };
        expectOnlyTaken(well, getAll(silent, frozen, outage));
      }),
      { numRuns: 300 },
    );
  });

  it('a winner that is gone when it is read is unavailable, never replaced by the next', () => {
    fc.assert(
      fc.property(worldArb, fc.infiniteStream(fc.boolean()), (world, keep) => {
        const { frozen } = resolveWorld(world);
        const later: World = {
          ...world,
          stores: world.stores.map((store) => ({
            ...store,
            secrets: store.secrets.filter(({ hidden }) => hidden === true || keep.next().value === true),
          })),
        };
        expectOnlyTaken(getAll(world, frozen), getAll(later, frozen));
      }),
      { numRuns },
    );
  });

  it('a required backend that fails is named with its binding; an optional one lets a job start', () => {
    fc.assert(
      fc.property(worldArb, outageArb, (world, outage) => {
        const { catalogue } = resolveWorld(world, outage);
        const optional = new Set(world.stores.filter(({ traits }) => traits.optional).map(({ traits }) => traits.name));
        const ids = new Set(world.bindings.map(({ id }) => id));
        expect(catalogue.failures.filter(({ backend, binding }) => optional.has(backend) || !ids.has(binding))).toEqual(
          [],
        );
        expect(catalogue.failures.length).toBe(
          catalogue.blocks.filter(({ backend, told }) => !optional.has(backend) && !told).length,
        );
      }),
      { numRuns: 500 },
    );
  });
});
