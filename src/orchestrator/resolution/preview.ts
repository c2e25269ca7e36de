import { whyOf } from '@kici-dev/secret-backend';
import type { Explanation, JobFacts } from '@kici-dev/secret-federation';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { keyName, sourceKey } from '../../api/fields.ts';
import type { Call } from '../caller.ts';
import type { BindingChange, Bindings, PlannedChange } from '../environments/bindings.ts';
import type { BindingRow, EnvironmentStore } from '../environments/store.ts';
import type { Handlers, OperationInput, OperationOutput } from '../handlers.ts';
import { narrowingOf, type Narrowing } from '../narrowing.ts';
import { outside } from './entries.ts';
import type { ResolvedEnvironment } from './environment.ts';
import type { EnvironmentResolver } from './resolve.ts';
import { explainSeen, seenKeys } from './seen.ts';
import { unavailableOf } from './unavailable.ts';

type Change = OperationOutput<'resolution.preview'>['changes'][number];
type Supplier = NonNullable<Change['before']>;

/**
 * What a change of bindings does to the keys of an environment. Both sides are resolved as for a job.
 * @param factsFor the agent facts that a caller is resolved with
 */
export function createPreview(
  resolver: EnvironmentResolver,
  environments: Pick<EnvironmentStore, 'bindings'>,
  bindings: Pick<Bindings, 'plan'>,
  factsFor: (call: Call, asked: JobFacts) => JobFacts,
): Handlers['resolution.preview'] {
  return async ({ environment, asHost, ...input }, call) => {
    const planned = await bindings.plan(call, environment, changeOf(input));
    const rows = await environments.bindings(call.organization, environment);
    const facts = factsFor(call, asHost === undefined ? {} : { host: asHost });
    const [before, after] = await Promise.all(
      [rows, changedRows(rows, planned)].map((some) => resolver.resolveBindings(call, some, facts, 'now')),
    );
    if (before === undefined || after === undefined) throw new TypeError('two were resolved');
    const narrowing = narrowingOf(call.caller);
    const keys = [...new Set([before, after].flatMap(({ catalogue }) => seenKeys(catalogue, narrowing)))].toSorted();
    const changes = keys.flatMap((key) => changeAt(key, before, after, narrowing) ?? []);
    const idle = after.catalogue.idle.find(({ binding }) => binding.id === planned.after?.id);
    return {
      changes,
      unchanged: keys.length - changes.length,
      ...(idle !== undefined && { idle: idle.reason }),
      unavailable: unavailableOf(after, narrowing),
    };
  };
}

type Settings = Omit<OperationInput<'resolution.preview'>, 'environment' | 'asHost'>;

/** @throws ApiError `invalid_request` */
function changeOf({ id, remove, map: text, scope, ...settings }: Settings): BindingChange {
  const map = text === undefined ? {} : { map: parseMap(text) };
  if (id === undefined) {
    if (scope === undefined || remove === true)
      throw new ApiError('invalid_request', 'a new binding needs a scope, and only one that exists can be removed');
    return { kind: 'add', settings: { ...settings, ...map, scope } };
  }
  if (remove !== true) return { kind: 'update', id, settings: { ...settings, ...map, scope } };
  if (scope !== undefined || text !== undefined || Object.values(settings).some((value) => value !== undefined))
    throw new ApiError('invalid_request', 'a binding is removed or changed, not both');
  return { kind: 'remove', id };
}

const keyMap = z.record(sourceKey, keyName);

function parseMap(text: string): Record<string, string> {
  try {
    return keyMap.parse(JSON.parse(text));
  } catch {
    throw new ApiError('invalid_request', 'map: is no JSON object of source keys to keys');
  }
}

function changedRows(rows: readonly BindingRow[], { before, after }: PlannedChange): readonly BindingRow[] {
  const others = rows.filter(({ id }) => id !== before?.id);
  return after === undefined ? others : [...others, after];
}

function changeAt(
  key: string,
  before: ResolvedEnvironment,
  after: ResolvedEnvironment,
  narrowing: Narrowing,
): Change | undefined {
  const [old, next] = [before, after].map(({ catalogue }) => supplierOf(explainSeen(catalogue, key, narrowing)));
  if (old === undefined && next === undefined) return undefined;
  if (old === undefined) return { key, change: 'appears', after: next };
  if (next === undefined) return { key, change: 'vanishes', before: old };
  const isSame = old.backend === next.backend && old.scope === next.scope && old.sourceKey === next.sourceKey;
  if (isSame && old.status === next.status && old.code === next.code) return undefined;
  // Behind a block there is no winner to compare.
  const areKnown = old.sourceKey !== undefined && next.sourceKey !== undefined;
  return { key, change: areKnown && !isSame ? 'winner' : 'status', before: old, after: next };
}

/** `undefined`: nobody supplies it. */
function supplierOf(explanation: Explanation | undefined): Supplier | undefined {
  if (explanation === undefined) return { status: 'unavailable', ...outside };
  const { status, candidates, blockedBy } = explanation;
  if (status === 'not_found') return undefined;
  const [winner] = candidates;
  const [block] = blockedBy;
  // Nobody can tell who wins behind a block.
  if (block !== undefined)
    return { status, backend: block.backend, scope: block.scope, code: block.code, ...whyOf(block) };
  if (winner === undefined) return { status };
  return {
    status,
    backend: winner.backend,
    scope: winner.scope,
    sourceKey: winner.sourceKey,
    ...(winner.problem !== undefined && { code: winner.problem, ...whyOf(winner) }),
  };
}
