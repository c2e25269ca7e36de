import {
  BackendError,
  defineCapabilities,
  failureCodes,
  isFailureCode,
  type FailureCode,
  type ListPage,
  type ReadOutcome,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import { createResolver, ResolverError, type Resolution } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lie } from '../support/scripted-backend.ts';
import {
  asked,
  backends as names,
  facts,
  getAll,
  path,
  readWorld,
  resolveWorld,
  worldArb,
  type Store,
  type World,
} from './resolver/world.ts';

/** What may happen to one call of an adapter, including a breach of the contract. */
type Fault =
  | { readonly kind: 'fails'; readonly code: FailureCode }
  | { readonly kind: 'throws' | 'hangs' | 'breaks off' | 'answers rubbish' | 'leaves one out' | 'says one too many' }
  | { readonly kind: 'well' };

/** Deletions are answers, so no outage may look like one. */
const codes = Object.keys(failureCodes)
  .filter(isFailureCode)
  .filter((code) => !['deleted', 'destroyed', 'scheduled_for_deletion'].includes(code));
const fault = fc.oneof(
  { weight: 14, arbitrary: fc.constant<Fault>({ kind: 'well' }) },
  { weight: 3, arbitrary: fc.constantFrom(...codes).map((code): Fault => ({ kind: 'fails', code })) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        'throws' as const,
        'breaks off' as const,
        'answers rubbish' as const,
        'leaves one out' as const,
        'says one too many' as const,
      )
      .map((kind): Fault => ({ kind })),
  },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'hangs' }) },
);
/** What happens to an adapter's lists and reads, in turn and repeatedly: one lasting fault, or several. */
const fates = fc.record({
  list: fc.array(fault, { minLength: 1, maxLength: 2 }),
  read: fc.array(fault, { minLength: 1, maxLength: 2 }),
});
type Fates = { readonly [Call in 'list' | 'read']: readonly Fault[] };
const well: Fates = { list: [{ kind: 'well' }], read: [{ kind: 'well' }] };

const hanging = (): Promise<never> => new Promise(() => undefined);

/** A store as an adapter shows it, with the fate of each call. */
function adapterFor(world: World, { traits, secrets }: Store, fate: Fates): SecretBackend {
  const next = { list: inTurn(fate.list), read: inTurn(fate.read) };
  const read: SecretBackend['read'] = async (refs) => {
    const met = next.read();
    const outcomes = refs.map((ref): ReadOutcome => readWorld(world, traits.name, ref));
    switch (met.kind) {
      case 'well':
        return outcomes;
      case 'fails':
        // Fails either every outcome or the call itself.
        if (refs.length % 2 === 0) throw new BackendError(met.code);
        return refs.map(() => ({ status: 'unknown', code: met.code }));
      case 'throws':
        throw new TypeError('of the adapter');
      case 'hangs':
        return hanging();
      case 'breaks off':
        throw new BackendError('unreachable', { reason: 'connection_reset' });
      case 'answers rubbish':
        return refs.map(() => lie({ status: 'missing' }));
      case 'leaves one out':
        return outcomes.slice(1);
      case 'says one too many':
        return [{ status: 'absent' }, ...outcomes];
    }
  };
  return {
    capabilities: defineCapabilities({
      write: false,
      delete: false,
      compareAndSet: false,
      versionPins: false,
      versions: false,
      restore: false,
      declare: false,
      scopes: false,
      binary: true,
      listConsistency: traits.listConsistency,
      listReadsValues: false,
      readBatchSize: 100,
      maxValueBytes: 1_000,
    }),
    async *list({ scope, depth }) {
      const met = next.list();
      const shown = secrets.filter(
        (secret) =>
          secret.hidden !== true &&
          (scope === undefined || secret.scope === scope || (depth === 'tree' && secret.scope.startsWith(`${scope}/`))),
      );
      const pages = shown.map((secret): ListPage => ({ secrets: [secret] }));
      if (met.kind === 'fails') throw new BackendError(met.code);
      if (met.kind === 'throws') throw new TypeError('of the adapter');
      if (met.kind === 'hangs') await hanging();
      if (met.kind === 'leaves one out')
        yield { secrets: [], unlisted: [{ scope: scope ?? path('p'), code: 'throttled' }] };
      // The gap is reported, or the list fails.
      const shownPages =
        met.kind === 'leaves one out'
          ? pages.filter(({ secrets: [one] }) => !isBelow(one?.scope, scope ?? 'p'))
          : pages;
      yield* shownPages.slice(
        0,
        met.kind === 'well' || met.kind === 'leaves one out' ? shownPages.length : shownPages.length / 2,
      );
      if (met.kind === 'breaks off') throw new BackendError('unreachable', { reason: 'connection_reset' });
      if (met.kind === 'answers rubbish') yield lie({ secrets: 'none' });
      if (met.kind === 'says one too many') yield { secrets: [{ scope: path('nobody/asked'), key: lie(7) }] };
    },
    read,
    check: async () => ({}),
    close: async () => undefined,
  };
}

function isBelow(scope: string | undefined, region: string): boolean {
  return scope === region || scope?.startsWith(`${region}/`) === true;
}

function inTurn<T>(items: readonly T[]): () => T {
  let taken = 0;
  return () => {
    const item = items[taken % items.length];
    if (item === undefined) throw new TypeError('there is one at least');
    taken += 1;
    return item;
  };
}

/** What a program that embeds the resolver gets for each key. */
async function getThrough(
  world: World,
  fateOf: readonly Fates[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, string>> {
  const backends = Object.fromEntries(
    world.stores.map((store, at) => [
      store.traits.name,
      { backend: adapterFor(world, store, fateOf[at] ?? well), optional: store.traits.optional },
    ]),
  );
  try {
    const resolver = await createResolver({ bindings: world.bindings, backends, facts, timeoutMs });
    const answers = asked.map(async (key) => {
      const answer = await resolver.get(key).then(
        (value) => `found ${value.text()}`,
        (error: unknown) => (ResolverError.is(error) ? error.code : String(error)),
      );
      return [key, answer] as const;
    });
    return new Map(await Promise.all(answers));
  } catch (error) {
    if (ResolverError.is(error)) return new Map(asked.map((key) => [key, error.code]));
    throw error;
  }
}

const words: Readonly<Record<Exclude<Resolution['status'], 'found'>, string>> = {
  unavailable: 'secret_unavailable',
  declared: 'secret_not_set',
  not_found: 'secret_not_found',
};

function told(resolution: Resolution | undefined): string {
  if (resolution === undefined) return 'nothing';
  return resolution.status === 'found' ? `found ${resolution.value.text()}` : words[resolution.status];
}

/**
 * Few places, most of them taken and bound by name, so that several compete for each key; every backend is optional, so
 * that jobs start.
 */
const crowdedArb: fc.Arbitrary<World> = fc.record({
  bindings: fc
    .array(
      fc.record({
        backend: fc.constantFrom(...names, '*'),
        pattern: fc.constantFrom('p', 'p/q', 'x', 'p/**', '**'),
        priority: fc.constantFrom(0, 0, 1),
        rename: fc.constantFrom({}, {}, {}, { map: { K: 'L', L: 'K' } }),
        skipDeleted: fc.boolean(),
      }),
      { minLength: 2, maxLength: 5 },
    )
    .map((bindings) =>
      bindings.map(({ backend, pattern, rename, ...rest }, at) => ({
        id: `b${at}`,
        scope: `${backend}:${pattern}`,
        ...rename,
        ...rest,
      })),
    ),
  stores: fc.tuple(...names.map(crowdedStore)),
});

function crowdedStore(name: string): fc.Arbitrary<Store> {
  const places = ['p', 'p/q', 'x'].flatMap((scope) => ['K', 'L'].map((key) => ({ scope: path(scope), key })));
  return fc
    .record({
      listConsistency: fc.constantFrom('strong' as const, 'eventual' as const),
      secrets: fc.subarray(places),
      hidden: fc.subarray(places),
    })
    .map(({ listConsistency, secrets, hidden }) => ({
      traits: { name, optional: true, listConsistency },
      secrets: secrets.map((secret) => ({
        ...secret,
        hidden: listConsistency === 'eventual' && hidden.includes(secret),
      })),
    }));
}

/** More when run by hand. */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 250);

describe('law 2 through adapters and the host', { timeout: 3_600_000 }, () => {
  it('what is served is what would be served without an outage, or an error, whatever becomes of the calls', async () => {
    const counted = { served: 0, taken: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(worldArb, { weight: 3, arbitrary: crowdedArb }),
        fc.tuple(fates, fates, fates),
        async (world, fateOf) => {
          const truth = getAll(world, resolveWorld(world).frozen);
          const served = await getThrough(world, fateOf, 40);
          const kept = asked.filter((key) => !isOutage(served.get(key)));
          counted.served += kept.filter((key) => served.get(key)?.startsWith('found') === true).length;
          counted.taken += asked.length - kept.length;
          const changed = kept.filter((key) => served.get(key) !== told(truth.get(key)));
          expect(changed.map((key) => `${key}: ${told(truth.get(key))} became ${served.get(key)}`)).toEqual([]);
        },
      ),
      { numRuns },
    );
    // Neither everything nor nothing is taken away.
    expect(Math.min(counted.served, counted.taken)).toBeGreaterThan(numRuns / 4);
  });

  it('where all is well, everything is served', async () => {
    await fc.assert(
      fc.asyncProperty(worldArb, async (world) => {
        const truth = getAll(world, resolveWorld(world).frozen);
        const served = await getThrough(world, [], 10_000);
        expect(asked.map((key) => [key, served.get(key)])).toEqual(asked.map((key) => [key, told(truth.get(key))]));
      }),
      { numRuns: 100 },
    );
  });
});

function isOutage(answer: string | undefined): boolean {
  return answer === 'secret_unavailable' || answer === 'catalogue_unavailable';
}
