import { internalBackendName } from '@kici-dev/secret-backend';
import { compileBindings, mergeInTurns, ownTurn, type JobFacts } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Instances } from '../backends/instances.ts';
import { parseRow } from '../environments/bindings.ts';
import type { BindingRow, EnvironmentStore } from '../environments/store.ts';
import { RequestDeadline } from '../http/request-deadline.ts';
import { createTurns } from '../http/turns.ts';
import { isAlike } from './alike.ts';
import type { ListedEnvironment, ResolvedEnvironment } from './environment.ts';
import { Lately } from './lately.ts';
import { createLister, type Asking, type Freshness, type ListInternalNames } from './lister.ts';
import { createSharedRuns } from './shared-runs.ts';

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

/** How many names catalogues of a moment ago have together: more would take longer to compare than a turn. */
const mostNames = 50_000;
/** Of one organization. All share one thread: of more at once each ends later, and all that they hold lives longer. */
const mergedAtOnce = 2;
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
  const names = createLister(instances, listInternal);
  const moments = createSharedRuns(
    async ({ organization, environment }: Pick<Asked, 'organization' | 'environment'>) => {
      await environments.require(organization, environment);
      const generation = await generationOf(organization);
      return { generation, rows: await environments.bindings(organization, environment) };
    },
    (left) => left,
  );
  const merging = createTurns({ requestsAtOnce: mergedAtOnce, requestsWaiting: Number.POSITIVE_INFINITY });
  const lately = new Lately<ResolvedEnvironment>(mostNames);
  // Jobs that start at once are resolved together.
  const runs = createSharedRuns(
    async ({ organization, generation, rows, facts, freshness, deadline, kept }: Asked) => {
      // Its own: none of those who share it ends it for the others.
      using context = new RequestDeadline(deadline - Date.now());
      // Bindings of now need the backends of now.
      const call = { organization, context, generation };
      const [listed] = await names.list(call, [rows], facts, freshness);
      if (listed === undefined) throw new TypeError('one was listed');
      const since = Date.now();
      const hadTime = since < deadline;
      const resolved = await merging.run(
        organization,
        () => false,
        async (hasWaited) => {
          await ownTurn();
          if (hadTime && Date.now() >= deadline) throw hasWaitedTooLong(organization);
          const aged = hasWaited ? agedBy(listed, Date.now() - since) : listed;
          const before = lately.get(kept);
          return before !== undefined && isAlike(before, aged)
            ? { ...aged, catalogue: before.catalogue }
            : merged(aged);
        },
      );
      if ((await generationOf(organization)) !== generation) return undefined;
      if (!isInternalUnlisted(resolved)) lately.keep(kept, resolved, sizeOf(resolved));
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
    list: (call, rowsOfEach, facts, freshness = 'cached') => names.list(call, rowsOfEach, facts, freshness),
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

/** Whoever asked waits no longer, or not for much longer. */
function hasWaitedTooLong(organization: string): ApiError {
  return new ApiError(
    'too_many_requests',
    `other environments of ${organization} were resolved for so long that no time was left for this one`,
    'try again in a moment',
  );
}

function agedBy(listed: ListedEnvironment, waitedMs: number): ListedEnvironment {
  return { ...listed, listings: listed.listings.map((listing) => ({ ...listing, ageMs: listing.ageMs + waitedMs })) };
}

function isInternalUnlisted({ listings }: ListedEnvironment): boolean {
  return listings.some(({ backend, failure }) => backend === internalBackendName && failure !== undefined);
}

async function merged(listed: ListedEnvironment): Promise<ResolvedEnvironment> {
  const { compiled, traits, listings } = listed;
  return { ...listed, catalogue: await mergeInTurns(compiled, traits, listings) };
}
