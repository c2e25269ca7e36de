import { BackendError, internalBackendName, whyOf, type CallContext, type Failure } from '@kici-dev/secret-backend';
import {
  compileBindings,
  everyBackend,
  planListings,
  selectsBackend,
  type BackendTraits,
  type Binding,
  type CompiledBindings,
  type JobFacts,
  type Listing,
  type ListingRequest,
} from '@kici-dev/secret-federation';
import type { Instance, Instances } from '../backends/instances.ts';
import type { Call } from '../caller.ts';
import { parseRow } from '../environments/bindings.ts';
import type { BindingRow } from '../environments/store.ts';
import type { AgedListing, ListedEnvironment } from './environment.ts';

/** What of a call matters here. */
export type Asking = Pick<Call, 'organization' | 'generation' | 'context'>;

/** `now`: cached names are not used. `known`: they are, except those of backends that are known to fail. */
export type Freshness = 'now' | 'cached' | 'known';

/**
 * Names of an organization's internal store, of one moment: those in scopes that a pattern selects, and maybe more.
 * @throws BackendError
 */
export type ListInternalNames = (
  organization: string,
  patterns: readonly string[],
  context: CallContext,
) => Promise<Pick<Listing, 'secrets' | 'unnameable'>>;

/** Lists what environments bind; every backend at once, so that what moves between two is missed only briefly. */
export interface Lister {
  /** @param rowsOfEach the bindings of each environment */
  list(
    call: Asking,
    rowsOfEach: readonly (readonly BindingRow[])[],
    facts: JobFacts,
    freshness: Freshness,
  ): Promise<readonly ListedEnvironment[]>;
}

export function createLister(instances: Instances, listInternal: ListInternalNames): Lister {
  return {
    async list(call, rowsOfEach, facts, freshness) {
      const open = await instances.of(call);
      const known = await Promise.all([...open.values()].map(traitsOf));
      const planned = rowsOfEach.map((rows) => {
        const bindings = rows.map(parseRow);
        const compiled = compileBindings(bindings, facts);
        const traits = [...known, ...strangersOf(bindings, open)];
        const others = traits.filter(({ name }) => name !== internalBackendName);
        return { bindings, compiled, traits, requests: planListings(compiled, others) };
      });
      const list = (request: ListingRequest): Promise<AgedListing> => {
        const instance = open.get(request.backend);
        const isAsked = freshness === 'now' || (freshness === 'known' && isFailing(instance));
        return listNames(instance, request, call, isAsked ? 0 : undefined);
      };
      const bindingsOfAll = planned.map(({ compiled }) => compiled);
      const requestsOfAll = planned.flatMap(({ requests }) => requests);
      const [own, others] = await Promise.all([
        open.has(internalBackendName) ? listOwn(listInternal, bindingsOfAll, call) : undefined,
        listEach(requestsOfAll, list),
      ]);
      return planned.map(({ requests, ...environment }) => ({
        ...environment,
        instances: open,
        listings: [own ?? [], ...requests.map((request) => others.get(requestId(request)) ?? [])].flat(),
      }));
    },
  };
}

function requestId({ backend, query: { scope, depth } }: ListingRequest): string {
  return JSON.stringify([backend, scope, depth]);
}

/** A backend that bindings name and nobody has added: its names cannot be listed, which is not the same as none. */
function strangersOf(bindings: readonly Binding[], open: ReadonlyMap<string, Instance>): BackendTraits[] {
  const names = new Set(
    bindings.map(({ backend }) => backend).filter((name) => name !== everyBackend && !open.has(name)),
  );
  return [...names].map((name) => ({ name, optional: false, listConsistency: 'strong' }));
}

/** The same names once, however many environments ask for them. */
async function listEach(
  requests: readonly ListingRequest[],
  list: (request: ListingRequest) => Promise<AgedListing>,
): Promise<ReadonlyMap<string, AgedListing>> {
  const distinct = new Map(requests.map((request) => [requestId(request), request] as const));
  return new Map(await Promise.all([...distinct].map(async ([id, request]) => [id, await list(request)] as const)));
}

/**
 * All that the bindings select in one list, whatever they select it by: a secret that moves between two lists may be in
 * neither, and what it outranks must not take its place.
 */
async function listOwn(
  listInternal: ListInternalNames,
  bindingsOfAll: readonly CompiledBindings[],
  { organization, context }: Asking,
): Promise<AgedListing> {
  const request: ListingRequest = { backend: internalBackendName, query: { depth: 'tree' } };
  const patterns = bindingsOfAll
    .flatMap(({ active }) => active)
    .filter(({ binding }) => selectsBackend(binding, internalBackendName))
    .map(({ pattern }) => (pattern.kind === 'exact' ? pattern.scope : pattern.text));
  try {
    const names = await listInternal(organization, [...new Set(patterns)], context);
    return { ...request, ...names, unlisted: [], ageMs: 0 };
  } catch (error) {
    return failed(request, BackendError.is(error) ? error : { code: 'server_error' });
  }
}

async function traitsOf({ name, optional, state }: Instance): Promise<BackendTraits> {
  if ('failure' in state) return { name, optional, listConsistency: 'strong' };
  // A backend that cannot be opened cannot list either, and that error says why.
  const { listConsistency } = await state.open.ready().catch(() => state.open.capabilities);
  return { name, optional, listConsistency };
}

function isFailing(instance: Instance | undefined): boolean {
  return instance !== undefined && 'open' in instance.state && instance.state.open.health().failure !== undefined;
}

async function listNames(
  instance: Instance | undefined,
  request: ListingRequest,
  call: Asking,
  maxAgeMs: number | undefined,
): Promise<AgedListing> {
  if (instance === undefined) return failed(request, { code: 'misconfigured', reason: 'backend_missing' });
  if ('failure' in instance.state) return failed(request, instance.state.failure);
  try {
    const { secrets, unlisted, unnameable, ageMs } = await instance.state.open.listAged(
      request.query,
      call.context,
      maxAgeMs,
    );
    return { ...request, secrets, unlisted, unnameable, ageMs };
  } catch (error) {
    return failed(request, BackendError.is(error) ? error : { code: 'server_error' });
  }
}

function failed(request: ListingRequest, failure: Failure): AgedListing {
  const cause = { failure: failure.code, ...whyOf(failure) };
  return { ...request, secrets: [], unlisted: [], unnameable: [], ...cause, ageMs: 0 };
}
