import { whyOf } from '@kici-dev/secret-backend';
import type { JobFacts } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import type { EnvironmentStore } from '../environments/store.ts';
import type { Handlers, OperationOutput } from '../handlers.ts';
import { narrowingOf, type Narrowing } from '../narrowing.ts';
import { reaches } from '../reach.ts';
import { backendStates } from './backend-states.ts';
import { outside } from './entries.ts';
import type { EnvironmentResolver, ResolvedEnvironment } from './resolve.ts';
import { explainSeen, seenKeys } from './seen.ts';
import { unavailableOf } from './unavailable.ts';

type Grid = OperationOutput<'resolution.grid'>;
type Cell = Grid['keys'][number]['cells'][number];

/**
 * Every key of an organization in every environment. Each cell comes from `explain`, so the two agree.
 * @param factsFor the agent facts that a caller is resolved with
 */
export function createGrid(
  resolver: EnvironmentResolver,
  environments: Pick<EnvironmentStore, 'all'>,
  factsFor: (call: Call, asked: JobFacts) => JobFacts,
): Handlers['resolution.grid'] {
  return async ({ after, limit, cached }, call) => {
    const narrowing = narrowingOf(call.caller);
    const names = (await environments.all(call.organization))
      .map(({ environment }) => environment.name)
      .filter((environment) => reaches(call.caller, { kind: 'view', environment }));
    const freshness = cached === true ? 'cached' : 'now';
    const columns = (
      await Promise.all(
        names.map(async (name) => {
          const resolved = await unlessDeleted(resolver.resolve(call, name, factsFor(call, {}), freshness));
          return resolved === undefined ? [] : [{ name, resolved }];
        }),
      )
    ).flat();
    const keys = [...new Set(columns.flatMap(({ resolved }) => seenKeys(resolved.catalogue, narrowing)))].toSorted();
    const rest = after === undefined ? keys : keys.filter((key) => key > after);
    const page = rest.slice(0, limit);
    const next = rest.length > page.length ? page.at(-1) : undefined;
    return {
      environments: columns.map(({ name, resolved }) => ({ name, unavailable: unavailableOf(resolved, narrowing) })),
      keys: page.map((key) => ({ key, cells: columns.map(({ resolved }) => cellOf(resolved, key, narrowing)) })),
      total: keys.length,
      ...(next !== undefined && { next }),
      backends: statesOf(
        columns.map(({ resolved }) => resolved),
        narrowing,
      ),
    };
  };
}

/** An environment that is deleted meanwhile is left out. */
async function unlessDeleted(resolving: Promise<ResolvedEnvironment>): Promise<ResolvedEnvironment | undefined> {
  try {
    return await resolving;
  } catch (error) {
    if (ApiError.is(error) && error.code === 'not_found') return undefined;
    throw error;
  }
}

function statesOf(resolved: readonly ResolvedEnvironment[], narrowing: Narrowing): Grid['backends'] {
  const [first] = resolved;
  if (first === undefined) return [];
  return backendStates(
    { listings: resolved.flatMap(({ listings }) => listings), instances: first.instances },
    narrowing,
  );
}

export function cellOf({ catalogue }: ResolvedEnvironment, key: string, narrowing: Narrowing): Cell {
  const explanation = explainSeen(catalogue, key, narrowing);
  if (explanation === undefined) return { status: 'unavailable', overrides: 0, ...outside };
  const { status, candidates, blockedBy } = explanation;
  const [winner, ...losers] = candidates;
  const [block] = blockedBy;
  return {
    status,
    overrides: losers.length,
    ...(winner !== undefined && {
      backend: winner.backend,
      scope: winner.scope,
      ...(winner.version !== undefined && { version: winner.version }),
      ...(winner.problem !== undefined && { code: winner.problem, ...whyOf(winner) }),
    }),
    // The winner behind a block is unknown, so the cell shows the block.
    ...(block !== undefined && {
      backend: block.backend,
      scope: block.scope,
      code: block.code,
      ...whyOf(block),
      version: undefined,
    }),
  };
}
