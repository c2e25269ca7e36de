import { buildCatalogue, explain, type Catalogue, type Listing } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Ranked } from '../../../src/federation/resolver/rank.ts';
import { renameKey } from '../../../src/federation/resolver/rename.ts';
import {
  asked,
  getAll,
  keys,
  outageArb,
  parse,
  path,
  propertyTest,
  resolveWorld,
  scopes,
  tell,
  worldArb,
} from './world.ts';

const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), { seed, numRuns: 1 })[0] ?? [];

/** Everything that a catalogue says, in a canonical order. */
function sayings(catalogue: Catalogue): unknown {
  const sorted = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).toSorted();
  return {
    explained: [...catalogue.entries.keys(), ...asked]
      .toSorted()
      .map((key) => explain(catalogue, key))
      .map(({ limits, ...rest }) => ({ ...rest, limits: limits.toSorted() })),
    blocks: catalogue.blocks,
    failures: catalogue.failures,
    unbindable: sorted(catalogue.unbindable),
    probes: sorted(catalogue.probeScopes),
    globs: sorted(catalogue.laggingGlobs),
    idle: sorted(catalogue.idle),
  };
}

const rankArb: fc.Arbitrary<Ranked> = fc.record({
  priority: fc.integer({ min: -1, max: 1 }),
  hostRank: fc.constantFrom(0, 1, 2),
  patternRank: fc.constantFrom(0, 3, Number.POSITIVE_INFINITY),
  depth: fc.constantFrom(1, 2),
  backend: fc.constantFrom('a', 'b'),
  scope: fc.constantFrom('p', 'q'),
  sourceKey: fc.constantFrom('K', 'L'),
});

describe('law 3: one total order', propertyTest, () => {
  it('it is antisymmetric, transitive, and ties only what is the same', () => {
    const before = (left: Ranked, right: Ranked): boolean => decide(left, right).order < 0;
    fc.assert(
      fc.property(rankArb, rankArb, rankArb, (one, two, three) => {
        expect(Math.sign(decide(one, two).order) + Math.sign(decide(two, one).order)).toBe(0);
        if (decide(one, two).order === 0) expect(one).toEqual(two);
        if (before(one, two) && before(two, three)) expect(before(one, three)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['higher priority', { priority: 1, depth: 1 }, { priority: 0, hostRank: 2, depth: 9 }],
    ['more specific host pattern', { hostRank: 1 }, { hostRank: 0, patternRank: Number.POSITIVE_INFINITY }],
    [
      'more specific scope pattern',
      { patternRank: Number.POSITIVE_INFINITY, depth: 1 },
      { patternRank: 400, depth: 9 },
    ],
    ['deeper scope', { depth: 2, backend: 'b' }, { depth: 1, backend: 'a' }],
    ['backend name', { backend: 'a', scope: 'z' }, { backend: 'b', scope: 'a' }],
    ['scope path', { scope: 'a', sourceKey: 'Z' }, { scope: 'b', sourceKey: 'A' }],
    ['name in the backend', { sourceKey: 'A' }, { sourceKey: 'B' }],
  ] as const)('%s decides, and says so', (rule, better, worse) => {
    const same: Ranked = {
      priority: 0,
      hostRank: 0,
      patternRank: 0,
      depth: 1,
      backend: 'a',
      scope: 'p',
      sourceKey: 'K',
    };
    const decision = decide({ ...same, ...better }, { ...same, ...worse });
    expect([decision.rule, decision.order < 0]).toEqual([rule, true]);
  });

  it('permuting bindings, backends, listings and secrets changes nothing', () => {
    fc.assert(
      fc.property(worldArb, outageArb, fc.integer(), (world, outage, seed) => {
        const { catalogue, compiled, listings } = resolveWorld(world, outage);
        const permuted = buildCatalogue(
          { active: shuffled(compiled.active, seed), idle: shuffled(compiled.idle, seed) },
          shuffled(
            world.stores.map(({ traits }) => traits),
            seed,
          ),
          shuffled(listings, seed).map((listing) => ({
            ...listing,
            secrets: shuffled(listing.secrets, seed),
            unlisted: shuffled(listing.unlisted, seed),
          })),
        );
        expect(sayings(permuted)).toEqual(sayings(catalogue));
      }),
      { numRuns: 500 },
    );
  });

  it('listings that overlap and differ give one and the same catalogue in any order', () => {
    fc.assert(
      fc.property(worldArb, fc.constantFrom('1', '2', '3'), fc.integer(), (world, version, seed) => {
        const { compiled, listings } = resolveWorld(world);
        const doubled: Listing[] = [
          ...listings,
          ...listings.map((listing) => ({
            ...listing,
            secrets: listing.secrets.map((secret) => ({ ...secret, version })),
          })),
        ];
        const traits = world.stores.map(({ traits: one }) => one);
        expect(sayings(buildCatalogue(compiled, traits, shuffled(doubled, seed)))).toEqual(
          sayings(buildCatalogue(compiled, traits, doubled)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('removing a loser changes no winner', () => {
    fc.assert(
      fc.property(worldArb, (world) => {
        const { catalogue, compiled, listings } = resolveWorld(world);
        for (const { key, winner, losers } of catalogue.entries.values()) {
          for (const loser of losers) {
            const without = listings.map((listing) => ({
              ...listing,
              secrets: listing.secrets.filter(
                (secret) =>
                  listing.backend !== loser.backend || secret.scope !== loser.scope || secret.key !== loser.sourceKey,
              ),
            }));
            expect(
              buildCatalogue(
                compiled,
                world.stores.map(({ traits }) => traits),
                without,
              ).entries.get(key)?.winner,
            ).toEqual(winner);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('adding a candidate changes at most its own keys', () => {
    fc.assert(
      fc.property(
        worldArb,
        fc.nat(2),
        fc.constantFrom(...scopes),
        fc.constantFrom(...keys),
        (world, at, scope, key) => {
          const store = world.stores[at];
          if (store === undefined || store.secrets.some((secret) => secret.scope === scope && secret.key === key))
            return;
          const more = {
            ...world,
            stores: world.stores.with(at, { ...store, secrets: [...store.secrets, { scope: path(scope), key }] }),
          };
          const own = new Set(
            parse(world.bindings).flatMap(({ rename }) => {
              const renamed = renameKey(rename, key);
              return renamed.kind === 'key' ? [renamed.key] : [];
            }),
          );
          const [before, after] = [resolveWorld(world), resolveWorld(more)];
          const [gotBefore, gotAfter] = [getAll(world, before.frozen), getAll(more, after.frozen)];
          for (const other of [...asked, ...after.catalogue.entries.keys()].filter((one) => !own.has(one))) {
            expect(explain(after.catalogue, other)).toEqual(explain(before.catalogue, other));
            expect(tell(gotAfter.get(other))).toBe(tell(gotBefore.get(other)));
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('explain, entries, frozen catalogue and reads agree on the winner', () => {
    fc.assert(
      fc.property(worldArb, outageArb, (world, outage) => {
        const { catalogue, frozen } = resolveWorld(world, outage);
        expect(frozen.entries.length).toBe(catalogue.entries.size);
        for (const { key, winner, status } of frozen.entries) {
          const entry = catalogue.entries.get(key);
          const explanation = explain(catalogue, key);
          const place = { backend: winner.backend, scope: winner.scope, sourceKey: winner.sourceKey };
          expect(entry?.winner).toMatchObject(place);
          expect(explanation.candidates[0]).toMatchObject(place);
          expect([entry?.status, explanation.status]).toEqual([status, status]);
          const got = getAll(world, frozen, undefined, [key]).get(key);
          const probed = catalogue.probeScopes.some(
            ({ backend, compiled: { pattern } }) =>
              got?.status !== 'not_found' &&
              backend === got?.backend &&
              pattern.kind === 'exact' &&
              pattern.scope === got.scope,
          );
          if (got?.status === 'found' && !probed)
            expect({ backend: got.backend, scope: got.scope }).toEqual({
              backend: winner.backend,
              scope: winner.scope,
            });
          if (status === 'unavailable') expect(got?.status).toBe('unavailable');
        }
      }),
      { numRuns: 400 },
    );
  });
});
