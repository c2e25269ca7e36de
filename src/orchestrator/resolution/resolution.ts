import { nearMatches, parseScopePath } from '@kici-dev/secret-backend';
import type { Binding, ExplainedCandidate, JobFacts } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import type { Bindings } from '../environments/bindings.ts';
import type { EnvironmentStore } from '../environments/store.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import { allowsScope, narrowingOf } from '../narrowing.ts';
import type { Variables } from '../variables/variables.ts';
import { backendStates } from './backend-states.ts';
import { check } from './check.ts';
import { entryViews } from './entries.ts';
import { createGrid } from './grid.ts';
import { createPreview } from './preview.ts';
import type { ResolvedEnvironment } from './environment.ts';
import type { EnvironmentResolver } from './resolve.ts';
import { explainSeen, seenEntries } from './seen.ts';
import { unavailableOf } from './unavailable.ts';

type ResolutionHandlers = HandlersFor<
  'resolution.catalogue' | 'resolution.explain' | 'resolution.grid' | 'resolution.preview' | 'resolution.check'
>;

/** Shows operators and authors what a job would get, from the same catalogue that jobs use. */
export function createResolution(
  resolver: EnvironmentResolver,
  environments: Pick<EnvironmentStore, 'all' | 'bindings' | 'require'>,
  bindings: Pick<Bindings, 'plan'>,
  variables: Pick<Variables, 'list'>,
  now: () => number,
): ResolutionHandlers {
  return {
    async 'resolution.catalogue'({ environment, ...facts }, call) {
      const resolved = await resolver.resolve(call, environment, factsFor(call, facts), 'now');
      const narrowing = narrowingOf(call.caller);
      return {
        secrets: entryViews(resolved.catalogue, narrowing, (backend, scope) => allowsScope(narrowing, backend, scope)),
        unavailable: unavailableOf(resolved, narrowing),
      };
    },
    async 'resolution.explain'({ environment, key, ...facts }, call) {
      const resolved = await resolver.resolve(call, environment, factsFor(call, facts), 'now');
      const narrowing = narrowingOf(call.caller);
      const explanation = explainSeen(resolved.catalogue, key, narrowing);
      if (explanation === undefined)
        throw new ApiError(
          'permission_denied',
          `this token is narrowed to other scopes than all of those that compete for ${key}`,
        );
      const { status, candidates, blockedBy, skipped, limits } = explanation;
      const texts = bindingTexts(resolved.bindings);
      return {
        key,
        status,
        candidates: candidates.map((candidate, index) => ({
          ...candidateView(candidate, texts),
          ...(index === 0 && cachedAge(resolved, candidate)),
        })),
        blockedBy: blockedBy.map((block) => ({ ...block, binding: texts.get(block.binding) ?? block.binding })),
        skipped: skipped.map((one) => ({ ...one, binding: texts.get(one.binding) ?? one.binding })),
        near: [
          ...(status === 'not_found'
            ? nearMatches(
                key,
                seenEntries(resolved.catalogue, narrowing).map((entry) => entry.key),
              )
            : []),
        ],
        limits: [
          ...limits,
          ...(narrowing === undefined ? [] : ['what lies outside the scopes of this token is left out']),
        ],
        backends: backendStates(resolved, narrowing),
      };
    },
    'resolution.grid': createGrid(resolver, environments, factsFor),
    'resolution.preview': createPreview(resolver, environments, bindings, factsFor),
    async 'resolution.check'({ environment, ...facts }, call) {
      return check(
        environment,
        await resolver.resolve(call, environment, factsFor(call, facts), 'now'),
        (await variables.list(call.organization, environment)).map(({ name }) => name),
        narrowingOf(call.caller),
        now(),
      );
    },
  };
}

/** Age of the cached value that a job would get without its backend being queried. */
function cachedAge(
  { instances }: ResolvedEnvironment,
  { backend, scope, sourceKey }: ExplainedCandidate,
): { cachedAgeMs?: number } {
  const state = instances.get(backend)?.state;
  const path = parseScopePath(scope);
  const cachedAgeMs =
    state !== undefined && 'open' in state && path.ok
      ? state.open.cachedAgeMs({ scope: path.value, key: sourceKey })
      : undefined;
  return cachedAgeMs === undefined ? {} : { cachedAgeMs };
}

/** For an agent, its token's facts count, whatever it sends. */
function factsFor(
  { caller }: Call,
  asked: { readonly host?: string | undefined; readonly agentId?: string | undefined },
): JobFacts {
  if (caller.kind === 'token' && caller.agent !== undefined)
    return { agentId: caller.agent.id, host: caller.agent.host, labels: caller.agent.labels };
  return asked;
}

function bindingTexts(bindings: readonly Binding[]): ReadonlyMap<string, string> {
  return new Map(bindings.map(({ id, backend, pattern }) => [id, `${backend}:${pattern}`]));
}

function candidateView(
  candidate: ExplainedCandidate,
  texts: ReadonlyMap<string, string>,
): OperationOutput<'resolution.explain'>['candidates'][number] {
  const { backend, scope, sourceKey, binding, priority, version, declaredOnly, problem, rule } = candidate;
  return {
    backend,
    scope,
    sourceKey,
    binding: texts.get(binding) ?? binding,
    priority,
    declaredOnly,
    rule,
    ...(version !== undefined && { version }),
    ...(problem !== undefined && { problem }),
  };
}
