import { describeFailure, hintOf, meaningOf } from '@kici-dev/secret-backend';
import { freezeCatalogue, type FrozenCatalogue, type JobFacts } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import { allowsScope, narrowingOf, showsBinding, type Narrowing } from '../narrowing.ts';
import { outside } from '../resolution/entries.ts';
import type { EnvironmentResolver, ResolvedEnvironment } from '../resolution/resolve.ts';

/** What an environment holds for a token. */
export interface NarrowedEnvironment {
  readonly resolved: ResolvedEnvironment;
  readonly narrowing: Narrowing;
  readonly catalogue: FrozenCatalogue;
}

/** @throws ApiError `backend_unavailable` when the names of a required backend cannot be listed */
export async function narrowedEnvironment(
  resolver: EnvironmentResolver,
  call: Call,
  environment: string,
): Promise<NarrowedEnvironment> {
  const resolved = await resolver.resolve(call, environment, factsOf(call));
  const narrowing = narrowingOf(call.caller);
  requireNames(environment, resolved, narrowing);
  return { resolved, narrowing, catalogue: narrow(freezeCatalogue(resolved.catalogue), narrowing) };
}

/** What the operator states of the agent in its token; never what an agent says of itself. */
function factsOf({ caller }: Call): JobFacts {
  return caller.kind === 'token' && caller.agent !== undefined
    ? { agentId: caller.agent.id, host: caller.agent.host, labels: caller.agent.labels }
    : {};
}

/** @throws ApiError `backend_unavailable` when the names of a required backend cannot be listed */
function requireNames(environment: string, { catalogue, bindings }: ResolvedEnvironment, narrowing: Narrowing): void {
  const [failure] = catalogue.failures;
  if (failure === undefined) return;
  const binding = bindings.find(({ id }) => id === failure.binding);
  if (binding !== undefined && !showsBinding(narrowing, binding))
    throw new ApiError(
      'backend_unavailable',
      `the environment ${environment} needs a backend whose names cannot be listed, and which lies outside the scopes of this token: ${meaningOf(failure)} [${failure.code}]`,
    );
  const text = binding === undefined ? failure.binding : `${binding.backend}:${binding.pattern}`;
  const part = failure.region === undefined ? '' : ` below ${failure.region}`;
  throw new ApiError(
    'backend_unavailable',
    `the binding ${text} of the environment ${environment} needs the backend ${failure.backend}, whose names${part} cannot be listed: ${describeFailure(failure)}`,
    `${hintOf(failure)}; \`kici-admin check --environment ${environment}\` shows all that would fail`,
    failure,
  );
}

/** A key whose winner lies outside the token's scopes is unavailable with it, and nothing else takes their place. */
function narrow(catalogue: FrozenCatalogue, narrowing: Narrowing): FrozenCatalogue {
  return {
    ...catalogue,
    entries: catalogue.entries.map((entry) => {
      const { backend, scope } = entry.winner;
      return allowsScope(narrowing, backend, scope)
        ? entry
        : { ...entry, status: 'unavailable', blockedBy: { backend, scope, ...outside } };
    }),
  };
}
