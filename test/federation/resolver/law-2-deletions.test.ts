import { explain, type Resolution } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Ranked } from '../../../src/federation/resolver/rank.ts';
import {
  asked,
  deletionsArb,
  getAll,
  noOutage,
  outageArb,
  outageWithoutDeletionsArb,
  path,
  propertyTest,
  resolveWorld,
  tell,
  worldArb,
  type Deletion,
  type Resolved,
  type World,
} from './world.ts';

const numRuns = 700;
const deletions = ['deleted', 'destroyed', 'scheduled_for_deletion'] as const;
const states = [...deletions, 'disabled', 'wrong_shape', 'corrupt'] as const;

const skipping = (world: World): World => ({
  ...world,
  bindings: world.bindings.map((binding) => ({ ...binding, skipDeleted: true })),
});

/** The best rank that a secret of the scope could have; undefined if no binding selects it. */
function bestRank(world: World, gone: Deletion): Ranked | undefined {
  const names = ['a', 'b', 'internal'];
  const probe: World = {
    bindings: world.bindings.map(({ id, scope, host, priority }) => ({ id, scope, host, priority })),
    stores: names.map((name) => ({
      traits: { name, optional: true, listConsistency: 'strong' },
      secrets: name === gone.backend ? [{ scope: gone.scope, key: 'K' }] : [],
    })),
  };
  return resolveWorld(probe).catalogue.entries.get('K')?.winner;
}

function expectOnlyTaken(well: ReadonlyMap<string, Resolution>, broken: ReadonlyMap<string, Resolution>): void {
  const changed = asked.filter(
    (key) => broken.get(key)?.status !== 'unavailable' && tell(broken.get(key)) !== tell(well.get(key)),
  );
  expect(changed.map((key) => `${key}: ${tell(well.get(key))} became ${tell(broken.get(key))}`)).toEqual([]);
}

function winnerOf({ catalogue }: Resolved, key: string): Ranked | undefined {
  return catalogue.entries.get(key)?.winner;
}

describe('law 2: a deletion may take a value away, never change it', propertyTest, () => {
  it('whatever is deleted before a job starts and while it reads, also together with an outage', () => {
    fc.assert(
      fc.property(worldArb, deletionsArb(states), outageArb, (world, gone, outage) => {
        const well = getAll(world, resolveWorld(world).frozen);
        const deleted = { ...noOutage, deletions: gone };
        const { frozen } = resolveWorld(world, deleted);
        expectOnlyTaken(well, getAll(world, frozen, deleted));
        expectOnlyTaken(well, getAll(world, resolveWorld(world).frozen, deleted));
        const both = { ...outage, deletions: gone };
        expectOnlyTaken(well, getAll(world, resolveWorld(world, both).frozen, both));
      }),
      { numRuns },
    );
  });

  it('where the service names the keys, no other key changes', () => {
    fc.assert(
      fc.property(worldArb, deletionsArb(states), (world, drawn) => {
        const gone = drawn.map((one): Deletion => ({ ...one, names: 'all' }));
        const deleted = { ...noOutage, deletions: gone };
        const before = resolveWorld(world);
        const [well, after] = [
          getAll(world, before.frozen),
          getAll(world, resolveWorld(world, deleted).frozen, deleted),
        ];
        for (const key of asked) {
          const places = [well.get(key), after.get(key)].map((one) => one !== undefined && 'scope' in one && one);
          const isHit = gone.some(({ backend, scope }) =>
            [winnerOf(before, key), ...places].some(
              (place) => place !== undefined && place !== false && place.backend === backend && place.scope === scope,
            ),
          );
          if (!isHit) expect(`${key} ${tell(after.get(key))}`).toBe(`${key} ${tell(well.get(key))}`);
        }
      }),
      { numRuns },
    );
  });

  it('where nobody can name them, what ranks above the scope is served', () => {
    fc.assert(
      fc.property(worldArb, deletionsArb(states), (world, gone) => {
        const deleted = { ...noOutage, deletions: gone };
        const before = resolveWorld(world);
        const [well, after] = [
          getAll(world, before.frozen),
          getAll(world, resolveWorld(world, deleted).frozen, deleted),
        ];
        const ranks = gone.flatMap((one) => bestRank(world, one) ?? []);
        for (const key of asked) {
          const winner = winnerOf(before, key);
          const answer = well.get(key);
          if (answer?.status !== 'found' || winner?.scope !== answer.scope || winner.backend !== answer.backend)
            continue;
          const ranksAbove = ranks.every((rank) => decide({ ...rank, sourceKey: '' }, winner).order > 0);
          const isProbed = gone.some(({ backend, scope }) =>
            before.frozen.probes.some((probe) => probe.backend === backend && probe.scope === scope),
          );
          if (ranksAbove && !isProbed) expect(`${key} ${tell(after.get(key))}`).toBe(`${key} ${tell(answer)}`);
        }
      }),
      { numRuns },
    );
  });

  it('no deletion keeps a job from starting', () => {
    fc.assert(
      fc.property(worldArb, outageArb, deletionsArb(states), (world, outage, gone) => {
        const { failures } = resolveWorld(world, { ...outage, deletions: gone }).catalogue;
        expect(failures).toEqual(resolveWorld(world, outage).catalogue.failures);
      }),
      { numRuns: 300 },
    );
  });
});

describe('law 2: a binding that skips what is deleted', propertyTest, () => {
  it('gives what it would give if the secrets had never been', () => {
    fc.assert(
      fc.property(worldArb.map(skipping), deletionsArb(deletions), (world, gone) => {
        const deleted = { ...noOutage, deletions: gone };
        const never: World = {
          ...world,
          stores: world.stores.map((store) => ({
            ...store,
            secrets: store.secrets.filter(
              ({ scope }) => !gone.some((one) => one.backend === store.traits.name && one.scope === scope),
            ),
          })),
        };
        const after = getAll(world, resolveWorld(world, deleted).frozen, deleted);
        const without = getAll(never, resolveWorld(never).frozen);
        for (const key of asked) expect(`${key} ${tell(after.get(key))}`).toBe(`${key} ${tell(without.get(key))}`);
      }),
      { numRuns },
    );
  });

  it('changes no value in an outage, or where something is disabled, corrupt or of the wrong shape', () => {
    const kept = states.filter((code) => !deletions.some((deletion) => deletion === code));
    fc.assert(
      fc.property(worldArb.map(skipping), outageWithoutDeletionsArb, deletionsArb(kept), (world, outage, held) => {
        const well = getAll(world, resolveWorld(world).frozen);
        const broken = { ...outage, deletions: held };
        expectOnlyTaken(well, getAll(world, resolveWorld(world, broken).frozen, broken));
        expectOnlyTaken(well, getAll(world, resolveWorld(world).frozen, { ...noOutage, deletions: held }));
      }),
      { numRuns },
    );
  });

  it('never takes back a winner that is deleted while the job runs', () => {
    fc.assert(
      fc.property(worldArb.map(skipping), deletionsArb(deletions), (world, gone) => {
        const { frozen } = resolveWorld(world);
        const well = getAll(world, frozen);
        const after = getAll(world, frozen, { ...noOutage, deletions: gone });
        for (const { key, status, winner } of frozen.entries) {
          const answer = well.get(key);
          if (status !== 'available' || answer?.status !== 'found' || answer.scope !== winner.scope) continue;
          expect([tell(answer), 'unavailable']).toContain(
            after.get(key)?.status === 'unavailable' ? 'unavailable' : tell(after.get(key)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is told by explain, with what it skipped', () => {
    fc.assert(
      fc.property(worldArb.map(skipping), deletionsArb(deletions), (world, gone) => {
        const { catalogue } = resolveWorld(world, { ...noOutage, deletions: gone });
        for (const key of asked) {
          const { candidates, skipped } = explain(catalogue, key);
          for (const { backend, scope, code } of skipped) {
            expect(gone).toContainEqual(expect.objectContaining({ backend, scope, code }));
            const isStill = candidates.some((one) => one.backend === backend && one.scope === scope);
            expect(isStill).toBe(false);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('law 2: what is unavailable on account of another secret', () => {
  it('says which, and what it has to do with it', () => {
    const [high, low] = [path('p/gone'), path('p/z')];
    const world: World = {
      bindings: [{ id: 'b', scope: 'a:p/**' }],
      stores: [
        {
          traits: { name: 'a', optional: false, listConsistency: 'strong' },
          secrets: [{ scope: low, key: 'K' }],
        },
      ],
    };
    const gone: readonly Deletion[] = [{ backend: 'a', scope: high, code: 'deleted', names: 'none' }];
    const answer = getAll(world, resolveWorld(world, { ...noOutage, deletions: gone }).frozen).get('K');
    expect(answer).toMatchObject({ status: 'unavailable', backend: 'a', scope: 'p/gone', code: 'deleted' });
    expect(tell(answer)).toContain('it ranks above a:p/z, which has this key but is not served in its place');
  });
});
