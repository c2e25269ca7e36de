import { BackendError, nearMatches, type CallContext, type SecretBackend, type SecretRef, type SecretValue } from '@kici-dev/secret-backend';
import { parseBinding, type BindingInput } from './binding.ts';
import { buildCatalogue, type Catalogue } from './catalogue.ts';
import { compileBindings, type JobFacts } from './compile.ts';
import { catalogueUnavailable, notFound, notSet, unavailable } from './errors.ts';
import { explain, type Explanation } from './explain.ts';
import { freezeCatalogue } from './frozen-catalogue.ts';
import { listNames } from './list-names.ts';
import { planListings, type BackendTraits } from './listing.ts';
import { planReads, settleReads, type AgedOutcome } from './reads.ts';

export interface ResolverOptions {
  readonly bindings: readonly Omit<BindingInput, 'id'>[];
  /** By name, as bindings call them. */
  readonly backends: Readonly<Record<string, { readonly backend: SecretBackend; readonly optional?: boolean }>>;
  readonly facts?: JobFacts;
  /** Milliseconds that one call to a backend may take; 10,000 when left out. */
  readonly timeoutMs?: number;
}

export interface ResolverMeta {
  readonly backend: string;
  readonly scope: string;
  readonly version?: string;
}

/** Secrets of many backends as one set of keys, for programs of your own: no server, database or agent. */
export interface Resolver {
  readonly catalogue: Catalogue;
  /** @throws ResolverError */
  get(key: string): Promise<SecretValue>;
  has(key: string): boolean;
  list(): string[];
  getMeta(key: string): ResolverMeta | undefined;
  explain(key: string): Explanation;
}

/**
 * Lists what the bindings select and fixes the winner of each key.
 * @throws RangeError when a binding is malformed; ResolverError `catalogue_unavailable` when the names of a required backend cannot be had
 */
export async function createResolver(options: ResolverOptions): Promise<Resolver> {
  const backends = new Map(Object.entries(options.backends));
  const context = (): CallContext => {
    const timeoutMs = options.timeoutMs ?? 10_000;
    return { signal: AbortSignal.timeout(timeoutMs), deadline: Date.now() + timeoutMs };
  };
  const bindings = compileBindings(options.bindings.map((input, index) => {
    const parsed = parseBinding({ ...input, id: String(index + 1) });
    if (!parsed.ok) throw new RangeError(`binding ${index + 1}: ${parsed.reason}`);
    return parsed.value;
  }), options.facts);
  const traits: BackendTraits[] = [...backends].map(([name, { backend, optional }]) => ({ name, optional: optional === true, listConsistency: backend.capabilities.listConsistency }));
  const listings = await Promise.all(planListings(bindings, traits).flatMap((request) => {
    const known = backends.get(request.backend);
    return known === undefined ? [] : [listNames(known.backend, request, context())];
  }));
  const catalogue = buildCatalogue(bindings, traits, listings);
  const [failure] = catalogue.failures;
  if (failure !== undefined) throw catalogueUnavailable(failure.backend, failure.code);
  const frozen = freezeCatalogue(catalogue);

  async function read(name: string, refs: readonly SecretRef[]): Promise<readonly AgedOutcome[]> {
    try {
      const outcomes = await backends.get(name)?.backend.read(refs, context()) ?? [];
      return outcomes.map((outcome) => ({ outcome }));
    } catch (error) {
      return refs.map(() => ({ outcome: { status: 'unknown', code: BackendError.is(error) ? error.code : 'server_error' } }));
    }
  }

  return {
    catalogue,
    has: (key) => {
      const entry = catalogue.entries.get(key);
      return entry !== undefined && entry.status !== 'declared';
    },
    list: () => [...catalogue.entries.values()].filter(({ status }) => status !== 'declared').map(({ key }) => key).toSorted(),
    getMeta: (key) => {
      const winner = catalogue.entries.get(key)?.winner;
      return winner === undefined ? undefined : { backend: winner.backend, scope: winner.scope, ...(winner.version === undefined ? {} : { version: winner.version }) };
    },
    explain: (key) => explain(catalogue, key),
    async get(key) {
      const plan = planReads(frozen, [key]);
      const outcomes = new Map(await Promise.all([...plan.calls].map(async ([name, refs]) => [name, await read(name, refs)] as const)));
      const resolution = settleReads(plan, outcomes).get(key) ?? { status: 'not_found' };
      switch (resolution.status) {
        case 'found': return resolution.value;
        case 'unavailable': throw unavailable(key, resolution.backend, resolution.scope, resolution.code);
        case 'declared': throw notSet(key, resolution.backend, resolution.scope);
        case 'not_found': throw notFound(key, nearMatches(key, catalogue.entries.keys()));
      }
    },
  };
}
