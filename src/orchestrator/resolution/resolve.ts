import { BackendError, internalBackendName, whyOf, type Failure } from '@kici-dev/secret-backend';
import {
  compileBindings,
  everyBackend,
  mergeInTurns,
  planListings,
  type BackendTraits,
  type Binding,
  type Catalogue,
  type JobFacts,
  type Listing,
  type ListingRequest,
} from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Instance, Instances } from '../backends/instances.ts';
import type { Call } from '../caller.ts';
import { parseRow } from '../environments/bindings.ts';
import type { BindingRow, EnvironmentStore } from '../environments/store.ts';

/** What an environment holds for an agent, and how each backend answered. */
export interface ResolvedEnvironment {
  readonly catalogue: Catalogue;
  readonly bindings: readonly Binding[];
  readonly listings: readonly AgedListing[];
  readonly instances: ReadonlyMap<string, Instance>;
}

export interface AgedListing extends Listing {
  readonly ageMs: number;
}

export interface EnvironmentResolver {
  /**
   * @throws ApiError `not_found`, `conflict`
   */
  resolve(call: Call, environment: string, facts: JobFacts, freshness?: Freshness): Promise<ResolvedEnvironment>;
  /** What an environment with these bindings would hold. */
  resolveBindings(
    call: Call,
    rows: readonly BindingRow[],
    facts: JobFacts,
    freshness?: Freshness,
  ): Promise<ResolvedEnvironment>;
}

/** `now`: the backends are queried, and cached names are not used. */
type Freshness = 'now' | 'cached';

/** Of those who look while scopes are renamed one after another. */
const maxAttempts = 100;

/**
 * A rename moves bindings and names at once, and the two are read one after the other: in between, what a binding named
 * would seem gone, and what it outranks would take its place.
 * @param renames how often scopes of an organization's internal store were renamed
 */
export function createEnvironmentResolver(
  environments: EnvironmentStore,
  instances: Instances,
  renames: (organization: string) => Promise<number>,
): EnvironmentResolver {
  async function resolveRows(
    call: Call,
    rows: readonly BindingRow[],
    facts: JobFacts,
    freshness: Freshness = 'cached',
    own: 'each' | 'whole',
  ): Promise<ResolvedEnvironment> {
    const bindings = rows.map(parseRow);
    const compiled = compileBindings(bindings, facts);
    const open = await instances.of(call);
    const traits = await Promise.all([...open.values()].map(traitsOf));
    // A bound backend that nobody has added: its names cannot be listed, which is not the same as having none.
    const strangers = new Set(
      bindings.map(({ backend }) => backend).filter((name) => name !== everyBackend && !open.has(name)),
    );
    traits.push(...[...strangers].map((name): BackendTraits => ({ name, optional: false, listConsistency: 'strong' })));
    const list = (request: ListingRequest): Promise<AgedListing> =>
      listNames(open.get(request.backend), request, call, freshness === 'now' ? 0 : undefined);
    const requests = Map.groupBy(planListings(compiled, traits), ({ backend }) =>
      backend === internalBackendName ? 'own' : 'others',
    );
    const listings = (
      await Promise.all([
        listOwn(own === 'whole' ? wholeOf(requests.get('own')) : (requests.get('own') ?? []), list, () =>
          renames(call.organization),
        ),
        ...(requests.get('others') ?? []).map(list),
      ])
    ).flat();
    const catalogue = await mergeInTurns(compiled, traits, listings);
    return { catalogue, bindings, listings, instances: open };
  }

  const resolver: EnvironmentResolver = {
    async resolve(call, environment, facts, freshness) {
      const { organization } = call;
      await environments.require(organization, environment);
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const before = await renames(organization);
        const rows = await environments.bindings(organization, environment);
        // Once a rename came in between, one list of everything is sooner over than many.
        const resolved = await resolveRows(call, rows, facts, freshness, attempt === 0 ? 'each' : 'whole');
        if ((await renames(organization)) === before) return resolved;
      }
      throw new ApiError(
        'conflict',
        `scopes kept being renamed while the environment ${environment} was looked at`,
        'try again once they are renamed',
      );
    },
    resolveBindings: (call, rows, facts, freshness) => resolveRows(call, rows, facts, freshness, 'each'),
  };
  return resolver;
}

/**
 * A scope that is renamed between two lists may appear in neither, and what it outranks must not replace it; so one
 * list covers everything, from one moment.
 */
async function listOwn(
  requests: readonly ListingRequest[],
  list: (request: ListingRequest) => Promise<AgedListing>,
  renames: () => Promise<number>,
): Promise<readonly AgedListing[]> {
  if (requests.length < 2) return Promise.all(requests.map(list));
  const before = await renames();
  const listings = await Promise.all(requests.map(list));
  return (await renames()) === before ? listings : [await list(everything)];
}

const everything: ListingRequest = { backend: internalBackendName, query: { depth: 'tree' } };

function wholeOf(requests: readonly ListingRequest[] = []): readonly ListingRequest[] {
  return requests.length === 0 ? [] : [everything];
}

async function traitsOf({ name, optional, state }: Instance): Promise<BackendTraits> {
  if ('failure' in state) return { name, optional, listConsistency: 'strong' };
  // A backend that cannot be opened cannot list either, and that error says why.
  const { listConsistency } = await state.open.ready().catch(() => state.open.capabilities);
  return { name, optional, listConsistency };
}

async function listNames(
  instance: Instance | undefined,
  request: ListingRequest,
  call: Call,
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
