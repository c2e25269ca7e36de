import {
  isTransient,
  type FailureCode,
  type FoundOutcome,
  type ReadOutcome,
  type SecretRef,
} from '@kici-dev/secret-backend';
import type { AgedOutcome } from '../../resolver/reads.ts';
import type { CheckedNames } from '../answers/names.ts';
import type { HostPolicy } from '../policy.ts';
import { AgedMap } from './aged-map.ts';

const mostValues = 10_000;

/** The instance that a cache serves, and its settings generation. */
export interface CacheOwner {
  readonly organization: string;
  readonly backend: string;
}

/** The last good value of each secret, for as long as the policy lets it be served. */
export class ValueCache {
  readonly #values: AgedMap<{ readonly ref: SecretRef; readonly outcome: FoundOutcome }>;
  readonly #owner: readonly (string | number)[];
  readonly #maxAgeMs: number;
  readonly #staleMs: number;
  #epoch = 0;

  constructor(
    { organization, backend }: CacheOwner,
    policy: Pick<HostPolicy, 'cacheMaxAgeMs' | 'serveStaleMs' | 'settingsGeneration'>,
  ) {
    this.#owner = [organization, backend, policy.settingsGeneration];
    this.#maxAgeMs = policy.cacheMaxAgeMs;
    this.#staleMs = policy.serveStaleMs;
    this.#values = new AgedMap(Math.max(this.#maxAgeMs, this.#staleMs), mostValues);
  }

  /** Changes with every `invalidate`: results of reads that began before are not kept. */
  get epoch(): number {
    return this.#epoch;
  }

  fresh(ref: SecretRef): AgedOutcome | undefined {
    return this.#served(ref, this.#maxAgeMs);
  }

  /** The last good value instead of a passing failure, if the policy allows it; otherwise the outcome itself. */
  orStale(ref: SecretRef, outcome: ReadOutcome): AgedOutcome {
    const passing = outcome.status === 'unknown' && isTransient(outcome.code);
    return (passing ? this.#served(ref, this.#staleMs) : undefined) ?? { outcome };
  }

  /** Keeps found values, and drops what the backend now denies, so that it does not return in an outage. */
  learn(ref: SecretRef, outcome: ReadOutcome, epoch: number): void {
    if (outcome.status === 'found') {
      if (epoch === this.#epoch) this.#values.set(this.#keyOf(ref), { ref, outcome });
    } else if (outcome.status === 'unknown' && outcome.code === 'unauthenticated') {
      this.invalidate();
    } else if (outcome.status === 'absent' || !(isTransient(outcome.code) || outcome.code === 'aborted')) {
      this.#drop(ref);
    }
  }

  /** Likewise drops what a list says nobody can read. */
  learnNames({ secrets, unlisted }: CheckedNames): void {
    if (this.#values.isEmpty) return;
    const isLasting = (code: FailureCode | undefined): boolean => code !== undefined && !isTransient(code);
    const scopes = new Set(
      unlisted.filter(({ depth, code }) => depth === 'scope' && isLasting(code)).map(({ scope }) => scope),
    );
    const denied = new Set(secrets.filter(({ problem }) => isLasting(problem)).map(placeOf));
    this.#values.deleteWhere(({ ref }) => scopes.has(ref.scope) || denied.has(placeOf(ref)));
  }

  /** To be called after a change to this secret; default: to any. */
  invalidate(ref?: Pick<SecretRef, 'scope' | 'key'>): void {
    this.#epoch += 1;
    if (ref === undefined) this.#values.clear();
    else this.#drop(ref);
  }

  #drop({ scope, key }: Pick<SecretRef, 'scope' | 'key'>): void {
    this.#values.deleteWhere(({ ref }) => ref.scope === scope && ref.key === key);
  }

  #served(ref: SecretRef, maxAgeMs: number): AgedOutcome | undefined {
    const known = this.#values.get(this.#keyOf(ref), maxAgeMs);
    return known === undefined ? undefined : { outcome: known.value.outcome, ageMs: known.ageMs };
  }

  /** Includes every coordinate of a request. */
  #keyOf({ scope, key, version }: SecretRef): string {
    return JSON.stringify([...this.#owner, scope, key, version ?? null]);
  }
}

function placeOf({ scope, key }: Pick<SecretRef, 'scope' | 'key'>): string {
  return JSON.stringify([scope, key]);
}
