import { isTransient, type CallContext, type ListQuery } from '@kici-dev/secret-backend';
import { HeldNames } from './answers/held-names.ts';
import { collectNames, type CheckedNames } from './answers/names.ts';
import type { Redactor } from './answers/redact.ts';
import { mayRepeatRead, type CallPipeline } from './call-pipeline.ts';
import type { AgedNames } from './hosted-backend.ts';
import { AgedMap } from './layers/aged-map.ts';
import { requireTime } from './layers/deadline.ts';
import { Flights } from './layers/single-flight.ts';
import { inTurns } from './layers/turns.ts';
import type { BackendObserver } from './observer.ts';
import type { HostPolicy } from './policy.ts';

const mostQueries = 1_000;

/** Supplies names: from the cache, from a listing in progress, or from the backend, in this order. */
export class Lister {
  readonly #caller: CallPipeline;
  readonly #maxAgeMs: number;
  readonly #cache: AgedMap<CheckedNames>;
  readonly #redactor: Redactor;
  readonly #flights: Flights<CheckedNames>;
  readonly #held = new HeldNames();
  readonly #learned: (names: CheckedNames) => void;
  readonly #observer: BackendObserver | undefined;
  #epoch = 0;

  /** @param learned called with each list from the backend */
  constructor(
    caller: CallPipeline,
    policy: HostPolicy,
    redactor: Redactor,
    learned: (names: CheckedNames) => void,
    observer?: BackendObserver,
  ) {
    this.#observer = observer;
    this.#caller = caller;
    this.#learned = learned;
    this.#redactor = redactor.about({ refusal: 'list_refused' });
    this.#maxAgeMs = policy.namesMaxAgeMs;
    this.#cache = new AgedMap(policy.namesMaxAgeMs, mostQueries);
    this.#flights = new Flights(policy.deadlineMs, policy.mayJoinCalls);
  }

  /**
   * @param maxAgeMs limit for the age of names, in addition to the policy's
   * @throws BackendError
   */
  async listAged(query: ListQuery, context: CallContext, maxAgeMs = this.#maxAgeMs): Promise<AgedNames> {
    const id = JSON.stringify([query.scope ?? null, query.depth]);
    const cached = this.#cache.get(id, Math.min(maxAgeMs, this.#maxAgeMs));
    this.#observer?.listed(cached === undefined ? 'backend' : 'cache');
    if (cached !== undefined) return { ...cached.value, ageMs: cached.ageMs };
    requireTime(context);
    const flight = this.#flights.get(id) ?? this.#flights.start([id], (shared) => this.#ask(id, query, shared));
    return { ...(await flight.wait(context)), ageMs: 0 };
  }

  /** To be called after a change: names known or being listed now serve no later call. */
  invalidate(): void {
    this.#epoch += 1;
    this.#cache.clear();
    this.#flights.forget();
  }

  async #ask(id: string, query: ListQuery, context: CallContext): Promise<CheckedNames> {
    const epoch = this.#epoch;
    const told = await this.#caller.call(context, mayRepeatRead, {
      operation: 'list',
      redactor: this.#redactor,
      run: ({ backend }, inner) => collectNames(backend.list(query, inner), query, inner.signal, this.#redactor),
    });
    this.#learned(told);
    const names = await inTurns(this.#held.complete(told), context.signal);
    // A list with a passing failure is not cached, so that the gap lasts no longer than the failure.
    const isWhole = !names.unlisted.some(({ code }) => isTransient(code));
    if (isWhole && epoch === this.#epoch) this.#cache.set(id, names);
    return names;
  }
}
