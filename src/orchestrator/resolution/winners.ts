import {
  describeFailure,
  hintOf,
  isTransient,
  meaningOf,
  unknown,
  type CallContext,
  type ReadOutcome,
  type SecretRef,
} from '@kici-dev/secret-backend';
import {
  freezeCatalogue,
  planReads,
  settleReads,
  type AgedOutcome,
  type Catalogue,
  type FrozenCatalogue,
  type JobFacts,
  type Resolution,
} from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Instance } from '../backends/instances.ts';
import type { Call } from '../caller.ts';
import { allowsScope, showsBinding, type Narrowing } from '../narrowing.ts';
import { outside } from './entries.ts';
import { whenKnown, type Soon } from '../soon.ts';
import type { ResolvedEnvironment } from './environment.ts';

/** What the operator states about the agent in its token; never what an agent says about itself. */
export function factsOf({ caller }: Call): JobFacts {
  return caller.kind === 'token' && caller.agent !== undefined
    ? { agentId: caller.agent.id, host: caller.agent.host, labels: caller.agent.labels }
    : {};
}

/** @throws ApiError `backend_unavailable` when the names of a required backend cannot be listed */
export function requireNames(
  environment: string,
  { catalogue, bindings }: ResolvedEnvironment,
  narrowing: Narrowing,
): void {
  const [failure] = catalogue.failures;
  if (failure === undefined) return;
  const binding = bindings.find(({ id }) => id === failure.binding);
  if (binding !== undefined && !showsBinding(narrowing, binding))
    throw new ApiError(
      'backend_unavailable',
      `the environment ${environment} needs a backend that cannot be listed and is outside the scopes of this token: ${meaningOf(failure)} [${failure.code}]`,
    );
  const text = binding === undefined ? failure.binding : `${binding.backend}:${binding.pattern}`;
  const part = failure.region === undefined ? '' : ` below ${failure.region}`;
  throw new ApiError(
    'backend_unavailable',
    `the binding ${text} of the environment ${environment} needs the backend ${failure.backend}, whose names${part} cannot be listed: ${describeFailure(failure)}`,
    `${hintOf(failure)}; \`kici-admin check --environment ${environment}\` shows everything that would fail`,
    { failure },
  );
}

const frozen = new WeakMap<Catalogue, FrozenCatalogue>();

/** Once for all who resolved together. */
export function frozenOf(catalogue: Catalogue): FrozenCatalogue {
  const known = frozen.get(catalogue);
  if (known !== undefined) return known;
  const made = freezeCatalogue(catalogue);
  frozen.set(catalogue, made);
  return made;
}

/** A key whose winner is outside the token's scopes is unavailable with it, and nothing else takes its place. */
export function narrow(catalogue: FrozenCatalogue, narrowing: Narrowing): FrozenCatalogue {
  if (narrowing === undefined) return catalogue;
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

/**
 * Reads keys of a catalogue from their winners, each backend once; at once, where all of them answer so.
 * @param instanceOf the instance for a backend name in the catalogue
 */
export function readWinners(
  catalogue: FrozenCatalogue,
  keys: ReadonlySet<string>,
  scopes: Narrowing,
  instanceOf: (name: string) => Instance | undefined,
  context: CallContext,
): Soon<ReadonlyMap<string, Resolution>> {
  const plan = planReads(catalogue, keys);
  const outcomes = new Map<string, readonly AgedOutcome[]>();
  const awaited = new Array<Promise<unknown>>();
  for (const [name, refs] of plan.calls) {
    const read = readAll(instanceOf(name), refs, context);
    if (read instanceof Promise) awaited.push(read.then((late) => outcomes.set(name, late)));
    else outcomes.set(name, read);
  }
  const settle = (): ReadonlyMap<string, Resolution> => {
    const settled = settleReads(plan, outcomes);
    return scopes === undefined
      ? settled
      : new Map([...settled].map(([key, resolution]) => [key, withinScopes(scopes, resolution)]));
  };
  return awaited.length === 0 ? settle() : Promise.all(awaited).then(settle);
}

/** An outcome for each secret, even if the backend fails or does not exist; at once, where it answers so. */
export function readAll(
  instance: Instance | undefined,
  refs: readonly SecretRef[],
  context: CallContext,
): Soon<readonly AgedOutcome[]> {
  if (instance === undefined) return refs.map(() => ({ outcome: unknown('vanished') }));
  const { state } = instance;
  if ('failure' in state) return refs.map(() => ({ outcome: state.failure.toOutcome() }));
  const { open, readInternal } = state;
  if (readInternal === undefined || Date.now() >= context.deadline) return open.readAged(refs, context);
  // What another try may mend is the host's affair, which also notes that it failed.
  const unlessTransient = (outcomes: readonly ReadOutcome[]): Soon<readonly AgedOutcome[]> =>
    outcomes.some((outcome) => outcome.status === 'unknown' && isTransient(outcome.code))
      ? open.readAged(refs, context)
      : outcomes.map((outcome) => ({ outcome }));
  return whenKnown(readInternal(refs), unlessTransient);
}

/** A lagging list may have hidden a secret outside the scopes of the token that opened the job. */
function withinScopes(scopes: Narrowing, resolution: Resolution): Resolution {
  if (resolution.status !== 'found' || allowsScope(scopes, resolution.backend, resolution.scope)) return resolution;
  return {
    status: 'unavailable',
    backend: resolution.backend,
    scope: resolution.scope,
    ...outside,
    hint: hintOf(outside),
  };
}
