import { BackendError, internalBackendName, whyOf, type CallContext, type Failure } from '@kici-dev/secret-backend';
import {
  compileBindings,
  everyBackend,
  mergeInTurns,
  planListings,
  selectsBackend,
  type BackendTraits,
  type Binding,
  type CompiledBindings,
  type JobFacts,
  type Listing,
  type ListingRequest,
} from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Instance, Instances } from '../backends/instances.ts';
import type { Call } from '../caller.ts';
import { parseRow } from '../environments/bindings.ts';
import type { BindingRow, EnvironmentStore } from '../environments/store.ts';
import { RequestDeadline } from '../http/request-deadline.ts';
import { isAlike } from './alike.ts';
import type { AgedListing, ListedEnvironment, ResolvedEnvironment } from './environment.ts';
import { Lately } from './lately.ts';
import { createSharedRuns } from './shared-runs.ts';

/** What of a call matters here. */
type Asking = Pick<Call, 'organization' | 'generation' | 'context'>;

export interface EnvironmentResolver {
  /**
   * @throws ApiError `not_found`, `conflict`
   */
  resolve(call: Asking, environment: string, facts: JobFacts, freshness?: Freshness): Promise<ResolvedEnvironment>;
  /** What an environment with these bindings would hold. */
  resolveBindings(
    call: Asking,
    rows: readonly BindingRow[],
    facts: JobFacts,
    freshness?: Freshness,
  ): Promise<ResolvedEnvironment>;
  /**
   * Lists for several environments, the same names once for all of them.
   * @param rowsOfEach the bindings of each
   */
  list(
    call: Asking,
    rowsOfEach: readonly (readonly BindingRow[])[],
    facts: JobFacts,
    freshness?: Freshness,
  ): Promise<readonly ListedEnvironment[]>;
}

interface Asked {
  readonly organization: string;
  readonly environment: string;
  readonly generation: number;
  readonly rows: readonly BindingRow[];
  readonly facts: JobFacts;
  readonly freshness: Freshness;
  /** Of the one with the most time. */
  readonly deadline: number;
  /** What it is found by once it was resolved. */
  readonly kept: string;
}

/** `now`: cached names are not used. `known`: they are, except those of backends that are known to fail. */
type Freshness = 'now' | 'cached' | 'known';

/**
 * Names of an organization's internal store, of one moment: those in scopes that a pattern selects, and maybe more.
 * @throws BackendError
 */
export type ListInternalNames = (
  organization: string,
  patterns: readonly string[],
  context: CallContext,
) => Promise<Pick<Listing, 'secrets' | 'unnameable'>>;

/** How many names catalogues of a moment ago have together: more would take longer to compare than a turn. */
const mostNames = 50_000;
/** As much memory as an environment takes beside its names. */
const namesOfEmpty = 100;

/** Of those who look while one change follows another. */
const maxAttempts = 100;

/**
 * A rename moves bindings and names at once, and the two are read one after the other: in between, what a binding named
 * would seem gone, and what it outranks would take its place.
 * @param generationOf an organization, which every change of bindings raises
 */
export function createEnvironmentResolver(
  environments: EnvironmentStore,
  instances: Instances,
  listInternal: ListInternalNames,
  generationOf: (organization: string) => Promise<number>,
): EnvironmentResolver {
  const moments = createSharedRuns(
    async ({ organization, environment }: Pick<Asked, 'organization' | 'environment'>) => {
      await environments.require(organization, environment);
      const generation = await generationOf(organization);
      return { generation, rows: await environments.bindings(organization, environment) };
    },
    (left) => left,
  );
  const lately = new Lately<ResolvedEnvironment>(mostNames);
  // Jobs that start at once are resolved together.
  const runs = createSharedRuns(
    async ({ organization, generation, rows, facts, freshness, deadline, kept }: Asked) => {
      // Its own: none of those who share it ends it for the others.
      using context = new RequestDeadline(deadline - Date.now());
      // Bindings of now need the backends of now.
      const [listed] = await resolver.list({ organization, context, generation }, [rows], facts, freshness);
      if (listed === undefined) throw new TypeError('one was listed');
      const before = lately.get(kept);
      const resolved =
        before !== undefined && isAlike(before, listed)
          ? { ...listed, catalogue: before.catalogue }
          : await merged(listed);
      if ((await generationOf(organization)) !== generation) return undefined;
      lately.keep(kept, resolved, sizeOf(listed));
      return resolved;
    },
    (left, right) => ({ ...right, deadline: Math.max(left.deadline, right.deadline) }),
  );
  const resolver: EnvironmentResolver = {
    async resolve({ organization, context: { deadline } }, environment, facts, freshness = 'cached') {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const { generation, rows } = await moments.run(JSON.stringify([organization, environment]), {
          organization,
          environment,
        });
        // Agents for whom the bindings select the same are resolved together, whatever else tells them apart.
        const kept = JSON.stringify([organization, environment, selectionOf(rows, facts)]);
        const asked = { organization, environment, generation, rows, facts, freshness, deadline, kept };
        const resolved = await runs.run(JSON.stringify([kept, generation, freshness]), asked);
        if (resolved !== undefined) return resolved;
      }
      throw new ApiError(
        'conflict',
        `settings and scopes kept changing while the environment ${environment} was looked at`,
        'try again once they are as you want them',
      );
    },
    async resolveBindings(call, rows, facts, freshness) {
      const [listed] = await resolver.list(call, [rows], facts, freshness);
      if (listed === undefined) throw new TypeError('one was listed');
      return merged(listed);
    },
    async list(call, rowsOfEach, facts, freshness = 'cached') {
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
      const [own, others] = await Promise.all([
        open.has(internalBackendName) ? listOwn(listInternal, bindingsOfAll, call) : undefined,
        listEach(
          planned.flatMap(({ requests }) => requests),
          list,
        ),
      ]);
      return planned.map(({ requests, ...environment }) => ({
        ...environment,
        instances: open,
        listings: [own ?? [], ...requests.map((request) => others.get(requestId(request)) ?? [])].flat(),
      }));
    },
  };
  return resolver;
}

/** What the bindings select for an agent, and why others select nothing, as text. */
function selectionOf(rows: readonly BindingRow[], facts: JobFacts): string {
  const { active, idle } = compileBindings(rows.map(parseRow), facts);
  return JSON.stringify([
    active.map(({ binding, pattern }) => [binding.id, pattern.kind === 'exact' ? pattern.scope : pattern.text]),
    idle.map(({ binding, reason }) => [binding.id, reason]),
  ]);
}

function sizeOf({ listings }: ListedEnvironment): number {
  return listings.reduce((size, { secrets }) => size + secrets.length, namesOfEmpty);
}

async function merged(listed: ListedEnvironment): Promise<ResolvedEnvironment> {
  const { compiled, traits, listings } = listed;
  return { ...listed, catalogue: await mergeInTurns(compiled, traits, listings) };
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
