import * as fc from 'fast-check';
import { explain, type Candidate, type Listing } from '@kici-dev/secret-federation';
import { describe, expect, it } from 'vitest';
import { inTurns } from '../../../src/federation/host/layers/turns.ts';
import { mergeInPieces } from '../../../src/federation/resolver/catalogue.ts';
import { compileBindings } from '../../../src/federation/resolver/compile.ts';
import { sortInPieces, withoutPause, type Pieces } from '../../../src/federation/resolver/pieces.ts';
import { decide } from '../../../src/federation/resolver/rank.ts';
import { renameKey } from '../../../src/federation/resolver/rename.ts';
import { selectsScope } from '../../../src/federation/resolver/scope-pattern.ts';
import { deletionsArb, outageArb, parse, path, propertyTest, resolveWorld, worldArb, type Resolved } from './world.ts';

/** Every candidate of every key, straight from the rules and without an index. */
function naively({ compiled, listings }: Resolved): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Candidate[]>();
  for (const { backend, secrets } of listings) {
    for (const secret of secrets) {
      for (const { binding, pattern, hostRank, patternRank } of compiled.active) {
        const isBound = binding.backend === '*' || binding.backend === backend;
        const renamed = renameKey(binding.rename, secret.key);
        if (!isBound || secret.scope.startsWith('__') || !selectsScope(pattern, secret.scope) || renamed.kind !== 'key')
          continue;
        const { scope, key: sourceKey } = secret;
        const rank = { priority: binding.priority, hostRank, patternRank, depth: scope.split('/').length };
        const place = { backend, scope, sourceKey, binding: binding.id };
        const own = found.get(renamed.key) ?? [];
        found.set(renamed.key, [
          ...own,
          { ...rank, ...place, version: secret.version, declaredOnly: false, problem: undefined },
        ]);
      }
    }
  }
  return new Map(
    [...found].map(([key, candidates]) => {
      const ranked = candidates.toSorted((left, right) => decide(left, right).order);
      const places = ranked.map(({ backend, scope, sourceKey }) => `${backend}:${scope} ${sourceKey}`);
      return [key, [...new Set(places)]];
    }),
  );
}

function countPieces(work: Pieces<unknown>): number {
  let pieces = 0;
  while (work.next().done !== true) pieces += 1;
  return pieces;
}

const listing = (secrets: Listing['secrets'], unlisted: Listing['unlisted'] = []): Listing => ({
  backend: 'a',
  query: { depth: 'tree' },
  secrets,
  unlisted,
  unnameable: [],
});
const traits = [{ name: 'a', optional: false, listConsistency: 'strong' as const }];
const everything = compileBindings(parse([{ id: 'b', scope: 'a:**' }]));

describe('the catalogue that is merged in pieces', propertyTest, () => {
  it('has the candidates that a comparison of everything with everything finds, in their order', () => {
    fc.assert(
      fc.property(worldArb, outageArb, (world, outage) => {
        const resolved = resolveWorld(world, outage);
        const { entries } = resolved.catalogue;
        const merged = [...entries].map(([key, { winner, losers }]) => [
          key,
          [winner, ...losers].map(({ backend, scope, sourceKey }) => `${backend}:${scope} ${sourceKey}`),
        ]);
        expect(Object.fromEntries(merged)).toEqual(Object.fromEntries(naively(resolved)));
      }),
      { numRuns: 700 },
    );
  });

  it('blocks each key by the first of all that could outrank its winner, as explain tells', () => {
    fc.assert(
      fc.property(worldArb, outageArb, deletionsArb(['deleted', 'disabled']), (world, outage, deletions) => {
        const { catalogue } = resolveWorld(world, { ...outage, deletions });
        for (const [key, { blockedBy }] of catalogue.entries) {
          const [first] = explain(catalogue, key).blockedBy;
          expect([blockedBy?.binding, blockedBy?.code]).toEqual([first?.binding, first?.code]);
        }
      }),
      { numRuns: 700 },
    );
  });
});

describe('other work of the process has its turn', () => {
  it('after each name and each key, also where one key has them all', () => {
    const names = 2_000;
    const many = Array.from({ length: names }, (_, at) => ({ scope: path(`p${at}`), key: `KEY_${at}` }));
    const same = many.map(({ scope }) => ({ scope, key: 'KEY' }));
    const unlisted = many.map(({ scope }) => ({ scope, depth: 'scope' as const, code: 'deleted' as const }));
    // Each is looked at, supplied and settled.
    expect(countPieces(mergeInPieces(everything, traits, [listing(many)]))).toBeGreaterThan(3 * names);
    // Sorting everything at once would be one piece.
    expect(countPieces(mergeInPieces(everything, traits, [listing(same)]))).toBeGreaterThan(3 * names);
    expect(countPieces(mergeInPieces(everything, traits, [listing([], unlisted)]))).toBeGreaterThan(3 * names);
  });

  it('while pieces take long', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    const busy = function* (): Pieces<string> {
      for (let piece = 0; piece < 640; piece += 1) {
        const start = performance.now();
        while (performance.now() - start < 0.5) Math.random();
        yield;
      }
      return 'done';
    };
    expect(await inTurns(busy())).toBe('done');
    clearImmediate(ticking);
    expect(turns).toBeGreaterThanOrEqual(9);
  });

  it('and none is begun after the signal', async () => {
    const stop = new AbortController();
    const endless = function* (): Pieces<never> {
      for (;;) yield;
    };
    const work = inTurns(endless(), stop.signal);
    setImmediate(() => stop.abort(new Error('stopped')));
    await expect(work).rejects.toThrow('stopped');
  });

  it('which no thousands of deleted scopes beside thousands of keys prevent', () => {
    const secrets = Array.from({ length: 20_000 }, (_, at) => ({ scope: path(`z/${at % 100}`), key: `KEY_${at}` }));
    const unlisted = Array.from({ length: 5_000 }, (_, at) => ({
      scope: path(`zz/${at}`),
      depth: 'scope' as const,
      code: 'deleted' as const,
    }));
    const start = process.threadCpuUsage().user;
    const { catalogue } = withoutPause(mergeInPieces(everything, traits, [listing(secrets, unlisted)]));
    expect(catalogue.entries.size).toBe(20_000);
    // Comparing all pairs would be a hundred million comparisons, and many seconds.
    expect((process.threadCpuUsage().user - start) / 1e6).toBeLessThan(2);
  });
});

describe('a sort in pieces', () => {
  it('is a stable sort', () => {
    const items = fc.array(fc.record({ rank: fc.nat(9), id: fc.nat() }), { maxLength: 900, size: 'max' });
    fc.assert(
      fc.property(items, (given) => {
        const sorted = [...given];
        withoutPause(sortInPieces(sorted, (left, right) => left.rank - right.rank));
        expect(sorted).toEqual(given.toSorted((left, right) => left.rank - right.rank));
      }),
      { numRuns: 200 },
    );
  });
});
