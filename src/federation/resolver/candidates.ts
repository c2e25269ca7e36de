import type { FailureCode, FailureReason, SecretDescriptor } from '@kici-dev/secret-backend';
import { isReservedScope } from '@kici-dev/secret-backend';
import { selectsBackend, type CompiledBinding, type CompiledBindings } from './compile.ts';
import type { Listing } from './listing.ts';
import { sortInPieces, type Pieces } from './pieces.ts';
import { decide, type Ranked } from './rank.ts';
import { renameKey } from './rename.ts';
import { scopeDepth } from './scope-pattern.ts';
import { isDeletion } from './states.ts';

/** A secret that could supply a key. */
export interface Candidate extends Ranked {
  /** The best binding that selects it. */
  readonly binding: string;
  readonly version: string | undefined;
  readonly declaredOnly: boolean;
  readonly problem: FailureCode | undefined;
  /** Details the problem. */
  readonly reason?: FailureReason | undefined;
}

/** A deleted candidate that its binding counts as absent. */
export interface SkippedCandidate extends Candidate {
  readonly problem: FailureCode;
}

/** A secret that a binding selects, but whose name is not a valid key. */
export interface Unbindable {
  readonly backend: string;
  readonly scope: string;
  readonly sourceKey: string;
  readonly reason: string;
}

/** A scope of a backend, with the bindings that select it, best first. */
interface Bucket {
  readonly backend: string;
  readonly scope: string;
  readonly depth: number;
  readonly selecting: readonly CompiledBinding[];
  readonly secrets: Map<string, SecretDescriptor>;
}

/** The candidates of every key, grouped by scope so that a change of one secret touches only its own keys. */
export class Candidates {
  readonly #bindings: CompiledBindings;
  readonly #selectingIn = new Map<string, (scope: string) => readonly CompiledBinding[]>();
  readonly #buckets = new Map<string, Map<string, Bucket>>();
  readonly #byKey = new Map<string, Candidate[]>();
  readonly #skipped = new Map<string, SkippedCandidate[]>();
  readonly #unbindable = new Map<string, Unbindable>();

  private constructor(bindings: CompiledBindings) {
    this.#bindings = bindings;
  }

  static *of(bindings: CompiledBindings, listings: readonly Listing[]): Pieces<Candidates> {
    const candidates = new Candidates(bindings);
    for (const { backend, secrets } of listings) {
      for (const secret of secrets) {
        candidates.#gather(backend, secret);
        yield;
      }
    }
    yield* candidates.#rank();
    return candidates;
  }

  *#rank(): Pieces<void> {
    for (const scopes of this.#buckets.values()) {
      for (const bucket of scopes.values()) {
        for (const secret of bucket.secrets.values()) {
          this.#supply(bucket, secret);
          yield;
        }
      }
    }
    for (const byKey of [this.#byKey, this.#skipped]) {
      for (const candidates of byKey.values()) {
        if (candidates.length > 1) yield* sortInPieces<Candidate>(candidates, compareCandidates);
        yield;
      }
    }
  }

  /** Best first. */
  get byKey(): ReadonlyMap<string, readonly Candidate[]> {
    return this.#byKey;
  }

  /** Candidates that count as absent, best first. */
  get skipped(): ReadonlyMap<string, readonly SkippedCandidate[]> {
    return this.#skipped;
  }

  get unbindable(): readonly Unbindable[] {
    return [...this.#unbindable.values()];
  }

  /**
   * @param secret its new state; absent if it is gone
   * @returns the keys that this may have changed
   */
  change(
    backend: string,
    { scope, key }: Pick<SecretDescriptor, 'scope' | 'key'>,
    secret?: SecretDescriptor,
  ): readonly string[] {
    const bucket = this.#bucket(backend, scope);
    if (bucket === undefined) return [];
    const keys = new Set(
      bucket.selecting.flatMap(({ binding }) => {
        const renamed = renameKey(binding.rename, key);
        return renamed.kind === 'key' ? [renamed.key] : [];
      }),
    );
    for (const one of keys) {
      removeSecret(this.#byKey, one, { backend, scope, sourceKey: key });
      removeSecret(this.#skipped, one, { backend, scope, sourceKey: key });
    }
    this.#unbindable.delete(placeId(bucket, key));
    bucket.secrets.delete(key);
    if (secret !== undefined) {
      bucket.secrets.set(key, secret);
      this.#supply(bucket, secret);
      for (const one of keys) {
        this.#byKey.get(one)?.sort(compareCandidates);
        this.#skipped.get(one)?.sort(compareCandidates);
      }
    }
    return [...keys];
  }

  /** Overlapping listings may name a secret twice; the same one counts in any order. */
  #gather(backend: string, secret: SecretDescriptor): void {
    const bucket = this.#bucket(backend, secret.scope);
    if (bucket === undefined) return;
    const known = bucket.secrets.get(secret.key);
    if (known === undefined || caution(secret) > caution(known)) bucket.secrets.set(secret.key, secret);
  }

  /** Undefined if no binding selects the scope. */
  #bucket(backend: string, scope: string): Bucket | undefined {
    let scopes = this.#buckets.get(backend);
    if (scopes === undefined) this.#buckets.set(backend, (scopes = new Map<string, Bucket>()));
    let bucket = scopes.get(scope);
    if (bucket === undefined) {
      const index = getOrAdd(this.#selectingIn, backend, () =>
        indexBindings(this.#bindings.active.filter(({ binding }) => selectsBackend(binding, backend))),
      );
      bucket = {
        backend,
        scope,
        depth: scopeDepth(scope),
        selecting: isReservedScope(scope) ? [] : index(scope),
        secrets: new Map(),
      };
      scopes.set(scope, bucket);
    }
    return bucket.selecting.length === 0 ? undefined : bucket;
  }

  #supply({ selecting, backend, scope, depth }: Bucket, secret: SecretDescriptor): void {
    const taken: string[] = [];
    let reason: string | undefined;
    for (const { binding, hostRank, patternRank } of selecting) {
      const renamed = renameKey(binding.rename, secret.key);
      if (renamed.kind === 'unbindable') reason ??= renamed.reason;
      // Bindings come best first, so the first to yield a key ranks it.
      if (renamed.kind !== 'key' || taken.includes(renamed.key)) continue;
      const candidate: Candidate = {
        priority: binding.priority,
        hostRank,
        patternRank,
        depth,
        backend,
        scope,
        sourceKey: secret.key,
        binding: binding.id,
        version: secret.version,
        declaredOnly: secret.declaredOnly === true,
        problem: secret.problem,
        ...(secret.reason !== undefined && { reason: secret.reason }),
      };
      const { problem } = candidate;
      if (binding.skipDeleted && problem !== undefined && isDeletion(problem)) {
        getOrAdd(this.#skipped, renamed.key, (): SkippedCandidate[] => []).push({ ...candidate, problem });
        continue;
      }
      taken.push(renamed.key);
      getOrAdd(this.#byKey, renamed.key, (): Candidate[] => []).push(candidate);
    }
    if (reason !== undefined && taken.length === 0) {
      this.#unbindable.set(placeId({ backend, scope }, secret.key), { backend, scope, sourceKey: secret.key, reason });
    }
  }
}

function removeSecret<C extends Candidate>(
  byKey: Map<string, C[]>,
  key: string,
  { backend, scope, sourceKey }: Pick<Candidate, 'backend' | 'scope' | 'sourceKey'>,
): void {
  const others = (byKey.get(key) ?? []).filter(
    (candidate) => candidate.backend !== backend || candidate.scope !== scope || candidate.sourceKey !== sourceKey,
  );
  if (others.length > 0) byKey.set(key, others);
  else byKey.delete(key);
}

function compareCandidates(left: Candidate, right: Candidate): number {
  return decide(left, right).order;
}

function placeId({ backend, scope }: { readonly backend: string; readonly scope: string }, key: string): string {
  return `${backend}\n${scope}\n${key}`;
}

/** Sort key for two descriptors of one secret: a problem comes before anything else. */
function caution({ problem, declaredOnly, version, updatedAt }: SecretDescriptor): string {
  return JSON.stringify([problem ?? '', declaredOnly === true, version ?? '', updatedAt ?? '']);
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/**
 * Returns the bindings that select a scope, best first. Globs are looked up by their literal base, so that a scope is
 * tested only against those that could match.
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
    const selecting = [...(exact.get(scope) ?? [])];
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
