import type { FailureCode, SecretDescriptor } from '@kici-dev/secret-backend';
import { isReservedScope } from '@kici-dev/secret-backend';
import { selectsBackend, type CompiledBinding, type CompiledBindings } from './compile.ts';
import type { Listing } from './listing.ts';
import { decide, type Ranked } from './rank.ts';
import { renameKey } from './rename.ts';
import { scopeDepth } from './scope-pattern.ts';

/** A secret that could supply a key. */
export interface Candidate extends Ranked {
  /** The best binding that selects it. */
  readonly binding: string;
  readonly version: string | undefined;
  readonly declaredOnly: boolean;
  readonly problem: FailureCode | undefined;
}

/** A secret that a binding selects and whose name is no key. */
export interface Unbindable {
  readonly backend: string;
  readonly scope: string;
  readonly sourceKey: string;
  readonly reason: string;
}

export interface Candidates {
  /** The candidates of each key, the best first. */
  readonly byKey: ReadonlyMap<string, readonly Candidate[]>;
  readonly unbindable: readonly Unbindable[];
}

export function collectCandidates(bindings: CompiledBindings, listings: readonly Listing[]): Candidates {
  const byKey = new Map<string, Candidate[]>();
  const unbindable: Unbindable[] = [];
  for (const [backend, scopes] of groupByScope(listings)) {
    const index = indexBindings(bindings.active.filter(({ binding }) => selectsBackend(binding, backend)));
    for (const [scope, secrets] of scopes) {
      const selecting = index(scope);
      if (selecting.length === 0) continue;
      const depth = scopeDepth(scope);
      for (const secret of secrets.values()) addCandidates(secret, { backend, scope, depth }, selecting, byKey, unbindable);
    }
  }
  for (const candidates of byKey.values()) if (candidates.length > 1) candidates.sort((left, right) => decide(left, right).order);
  return { byKey, unbindable };
}

function addCandidates(
  secret: SecretDescriptor, place: { readonly backend: string; readonly scope: string; readonly depth: number },
  selecting: readonly CompiledBinding[], byKey: Map<string, Candidate[]>, unbindable: Unbindable[],
): void {
  const taken = selecting.length > 1 ? new Set<string>() : undefined;
  let reason: string | undefined;
  for (const { binding, hostRank, patternRank } of selecting) {
    const renamed = renameKey(binding.rename, secret.key);
    if (renamed.kind === 'unbindable') reason ??= renamed.reason;
    // The bindings come best first, so the first to give a key is the one that ranks it.
    if (renamed.kind !== 'key' || taken?.has(renamed.key) === true) continue;
    taken?.add(renamed.key);
    const candidate: Candidate = {
      priority: binding.priority, hostRank, patternRank, depth: place.depth, backend: place.backend, scope: place.scope, sourceKey: secret.key,
      binding: binding.id, version: secret.version, declaredOnly: secret.declaredOnly === true, problem: secret.problem,
    };
    const others = byKey.get(renamed.key);
    if (others === undefined) byKey.set(renamed.key, [candidate]);
    else others.push(candidate);
  }
  if (reason !== undefined && (taken?.size ?? 0) === 0) unbindable.push({ backend: place.backend, scope: place.scope, sourceKey: secret.key, reason });
}

type Secrets = Map<string, SecretDescriptor>;

/** Overlapping listings name a secret twice; it counts once. */
function groupByScope(listings: readonly Listing[]): Map<string, Map<string, Secrets>> {
  const backends = new Map<string, Map<string, Secrets>>();
  for (const { backend, secrets } of listings) {
    const scopes = getOrAdd(backends, backend, () => new Map<string, Secrets>());
    for (const secret of secrets) {
      if (!isReservedScope(secret.scope)) getOrAdd(scopes, secret.scope, (): Secrets => new Map()).set(secret.key, secret);
    }
  }
  return backends;
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/**
 * Which bindings select a scope, best first. Globs are found by their literal base, so that a scope is tested
 * against those alone that could match it.
 */
function indexBindings(bindings: readonly CompiledBinding[]): (scope: string) => readonly CompiledBinding[] {
  const exact = new Map<string, CompiledBinding[]>();
  const byBase = new Map<string, CompiledBinding[]>();
  for (const compiled of bindings) {
    const { pattern } = compiled;
    if (pattern.kind === 'exact') getOrAdd(exact, pattern.scope, (): CompiledBinding[] => []).push(compiled);
    else getOrAdd(byBase, pattern.base ?? '', (): CompiledBinding[] => []).push(compiled);
  }
  return (scope) => {
    const selecting = [...exact.get(scope) ?? []];
    for (let end = 0; end >= 0; end = end === scope.length ? -1 : nextSlash(scope, end + 1)) {
      for (const compiled of byBase.get(scope.slice(0, end)) ?? []) {
        if (compiled.pattern.kind === 'glob' && compiled.pattern.matches(scope)) selecting.push(compiled);
      }
    }
    return selecting.length > 1 ? selecting.toSorted(compareBindings) : selecting;
  };
}

function nextSlash(scope: string, from: number): number {
  const slash = scope.indexOf('/', from);
  return slash < 0 ? scope.length : slash;
}

function compareBindings(left: CompiledBinding, right: CompiledBinding): number {
  return decide(bindingRank(left), bindingRank(right)).order;
}

/** The part of a candidate's rank that its binding decides. */
function bindingRank({ binding, hostRank, patternRank }: CompiledBinding): Ranked {
  return { priority: binding.priority, hostRank, patternRank, depth: 0, backend: '', scope: '', sourceKey: binding.id };
}
