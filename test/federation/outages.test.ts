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
  facts,
  getAll,
  path,
  propertyTest,
  readWorld,
  resolveWorld,
  worldArb,
  type Store,
  type World,
} from './resolver/world.ts';

/** What may become of one call of an adapter, that of one which breaks the contract among it. */
type Fault =
  | { readonly kind: 'fails'; readonly code: FailureCode }
  | { readonly kind: 'throws' | 'hangs' | 'breaks off' | 'answers rubbish' | 'leaves one out' | 'says one too many' }
  | { readonly kind: 'well' };

const codes = Object.keys(failureCodes).filter(isFailureCode);
const fault = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fault>({ kind: 'well' }) },
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
/** By call, over and over. */
const faults = fc.array(fault, { minLength: 1, maxLength: 6 });

const hanging = (): Promise<never> => new Promise(() => undefined);

/** A store as an adapter shows it, with what becomes of each call. */
function adapterFor(world: World, { traits, secrets }: Store, next: () => Fault): SecretBackend {
  const read: SecretBackend['read'] = async (refs) => {
    const fate = next();
    const outcomes = refs.map((ref): ReadOutcome => readWorld(world, traits.name, ref));
    switch (fate.kind) {
      case 'well':
        return outcomes;
      case 'fails':
        // All of them, or the call itself.
        if (refs.length % 2 === 0) throw new BackendError(fate.code);
        return refs.map(() => ({ status: 'unknown', code: fate.code }));
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
      const fate = next();
      const shown = secrets.filter(
        (secret) =>
          secret.hidden !== true &&
          (scope === undefined || secret.scope === scope || (depth === 'tree' && secret.scope.startsWith(`${scope}/`))),
      );
      const pages = shown.map((secret): ListPage => ({ secrets: [secret] }));
      if (fate.kind === 'fails') throw new BackendError(fate.code);
      if (fate.kind === 'throws') throw new TypeError('of the adapter');
      if (fate.kind === 'hangs') await hanging();
      if (fate.kind === 'leaves one out')
        yield { secrets: [], unlisted: [{ scope: scope ?? path('p'), code: 'throttled' }] };
      // What was left out is told; or it is not, and the list fails.
      const told =
        fate.kind === 'leaves one out'
          ? pages.filter(({ secrets: [one] }) => !isBelow(one?.scope, scope ?? 'p'))
          : pages;
      yield* told.slice(0, fate.kind === 'well' || fate.kind === 'leaves one out' ? told.length : told.length / 2);
      if (fate.kind === 'breaks off') throw new BackendError('unreachable', { reason: 'connection_reset' });
      if (fate.kind === 'answers rubbish') yield lie({ secrets: 'none' });
      if (fate.kind === 'says one too many') yield { secrets: [{ scope: path('nobody/asked'), key: lie(7) }] };
    },
    read,
    check: async () => ({}),
    close: async () => undefined,
  };
}

function isBelow(scope: string | undefined, region: string): boolean {
  return scope === region || scope?.startsWith(`${region}/`) === true;
}

/** What a program that embeds the resolver gets for each key; an outage is `unavailable`. */
async function getThrough(
  world: World,
  fates: readonly Fault[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, string>> {
  let calls = 0;
  const next = (): Fault => fates[calls++ % fates.length] ?? { kind: 'well' };
  const backends = Object.fromEntries(
    world.stores.map((store) => [
      store.traits.name,
      { backend: adapterFor(world, store, next), optional: store.traits.optional },
    ]),
  );
  const bindings = world.bindings.map(({ id: _, ...binding }) => binding);
  try {
    const resolver = await createResolver({ bindings, backends, facts, timeoutMs });
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

describe(
  'law 2 through adapters and the host: what is served is what would be served without an outage, or an error',
  propertyTest,
  () => {
    it('whatever becomes of the calls, and whatever adapters say that the contract forbids', async () => {
      await fc.assert(
        fc.asyncProperty(worldArb, faults, async (world, fates) => {
          const well = getAll(world, resolveWorld(world).frozen);
          const served = await getThrough(world, fates, 30);
          const changed = asked.filter(
            (key) =>
              !['secret_unavailable', 'catalogue_unavailable'].includes(served.get(key) ?? '') &&
              served.get(key) !== told(well.get(key)),
          );
          expect(changed.map((key) => `${key}: ${told(well.get(key))} became ${served.get(key)}`)).toEqual([]);
        }),
        { numRuns: 300 },
      );
    });

    it('and where all is well, just that', async () => {
      await fc.assert(
        fc.asyncProperty(worldArb, async (world) => {
          const well = getAll(world, resolveWorld(world).frozen);
          const served = await getThrough(world, [{ kind: 'well' }], 10_000);
          expect(asked.map((key) => [key, served.get(key)])).toEqual(asked.map((key) => [key, told(well.get(key))]));
        }),
        { numRuns: 100 },
      );
    });
  },
);
