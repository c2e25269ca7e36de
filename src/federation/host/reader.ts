import {
  BackendError,
  unknown,
  whyOf,
  type CallContext,
  type Failure,
  type ReadOutcome,
  type SecretRef,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';
import type { AgedOutcome } from '../resolver/reads.ts';
import { checkOutcomes } from './answers/outcomes.ts';
import type { Redactor } from './answers/redact.ts';
import { mayRepeatRead, type CallPipeline } from './call-pipeline.ts';
import type { Created } from './adapter-lifecycle.ts';
import { endOf } from './layers/deadline.ts';
import { retrying, type Repeatable } from './layers/retry.ts';
import { Flights } from './layers/single-flight.ts';
import type { ValueCache } from './layers/value-cache.ts';
import type { BackendObserver } from './observer.ts';
import type { HostPolicy } from './policy.ts';

type Outcomes = ReadonlyMap<string, ReadOutcome>;

/** Reads values: from the cache, from a read in progress, or from the backend, in this order. */
export class Reader {
  readonly #caller: CallPipeline;
  readonly #cache: ValueCache;
  readonly #attempts: number;
  readonly #redactor: Redactor;
  readonly #flights: Flights<Outcomes>;
  readonly #observer: BackendObserver | undefined;

  constructor(
    caller: CallPipeline,
    cache: ValueCache,
    policy: HostPolicy,
    redactor: Redactor,
    observer?: BackendObserver,
  ) {
    this.#observer = observer;
    this.#caller = caller;
    this.#cache = cache;
    this.#attempts = policy.attempts;
    this.#redactor = redactor.about({ refusal: 'read_refused' });
    this.#flights = new Flights(policy.deadlineMs, policy.mayJoinCalls);
  }

  async readAged(refs: readonly SecretRef[], context: CallContext): Promise<readonly AgedOutcome[]> {
    const answers = new Map<string, AgedOutcome>();
    const missing = new Map<string, SecretRef>();
    for (const ref of refs) {
      const cached = this.#cache.fresh(ref);
      if (cached === undefined) missing.set(refId(ref), ref);
      else answers.set(refId(ref), cached);
    }
    const outcomes = await this.#readMissing(missing, context);
    return refs.map((ref) => {
      const cached = answers.get(refId(ref));
      const answer = cached ?? this.#cache.orStale(ref, outcomes.get(refId(ref)) ?? unknown('bad_answer'));
      this.#tell(answer, cached !== undefined);
      return answer;
    });
  }

  /** To be called after a change: no later read joins an earlier one. */
  invalidate(): void {
    this.#flights.forget();
  }

  #tell({ outcome, ageMs }: AgedOutcome, isCached: boolean): void {
    this.#observer?.read(
      outcome.status === 'unknown' ? outcome.code : outcome.status,
      isCached ? 'cache' : ageMs === undefined ? 'backend' : 'stale',
    );
  }

  async #readMissing(missing: ReadonlyMap<string, SecretRef>, context: CallContext): Promise<Outcomes> {
    const over = endOf(context)?.toOutcome();
    if (over !== undefined) return new Map([...missing.keys()].map((id) => [id, over]));
    const alone = new Map([...missing].filter(([id]) => this.#flights.get(id) === undefined));
    const own =
      alone.size === 0 ? undefined : this.#flights.start([...alone.keys()], (shared) => this.#ask(alone, shared));
    const flights = Map.groupBy(missing.keys(), (id) => this.#flights.get(id) ?? own);
    const outcomes = new Map<string, ReadOutcome>();
    await Promise.all(
      [...flights].map(async ([flight, waiting]) => {
        const landed = await flight?.wait(context).catch(asOutcome);
        for (const id of waiting)
          outcomes.set(id, (landed instanceof Map ? landed.get(id) : landed) ?? unknown('bad_answer'));
      }),
    );
    return outcomes;
  }

  /** Retries only refs whose failure may pass. */
  async #ask(refs: ReadonlyMap<string, SecretRef>, context: CallContext): Promise<Outcomes> {
    const { epoch } = this.#cache;
    const outcomes = new Map<string, ReadOutcome>();
    let pending = [...refs];
    const worst = (): Repeatable | undefined =>
      pending.map(([id]) => failureOf(outcomes.get(id))).reduce(later, undefined);
    try {
      await retrying(context, { attempts: this.#attempts, mayRepeat: mayRepeatRead, unfinished: worst }, async () => {
        const asked = pending;
        const answers = await this.#caller.once(context, {
          operation: 'read',
          redactor: this.#redactor,
          outage,
          run: (created, inner) =>
            this.#read(
              created,
              asked.map(([, ref]) => ref),
              inner,
            ),
        });
        for (const [index, [id]] of asked.entries()) outcomes.set(id, answers[index] ?? unknown('bad_answer'));
        pending = asked.filter(([id]) => failureOf(outcomes.get(id)) !== undefined);
      });
    } catch (error) {
      for (const [id] of pending) if (!outcomes.has(id)) outcomes.set(id, asOutcome(error));
    }
    for (const [id, ref] of refs) this.#cache.learn(ref, outcomes.get(id) ?? unknown('bad_answer'), epoch);
    return outcomes;
  }

  async #read(
    { backend, capabilities }: Created,
    refs: readonly SecretRef[],
    context: CallContext,
  ): Promise<readonly ReadOutcome[]> {
    const askable = refs.filter(({ version }) => version === undefined || capabilities.versionPins);
    const answer: unknown = askable.length === 0 ? [] : await backend.read(askable, context);
    const outcomes = checkOutcomes(answer, askable, capabilities.maxValueBytes, this.#redactor);
    this.#caller.noteBreach('read', outcomes.find(isBreach));
    const byRef = new Map(askable.map((ref, index) => [ref, outcomes[index]]));
    return refs.map(
      (ref) => byRef.get(ref) ?? unknown('unsupported', 'the backend cannot read a version other than the current one'),
    );
  }
}

function refId({ scope, key, version }: SecretRef): string {
  return JSON.stringify([scope, key, version ?? null]);
}

function asOutcome(error: unknown): ReadOutcome {
  return BackendError.is(error) ? error.toOutcome() : unknown('bad_answer');
}

function isBreach(outcome: ReadOutcome): outcome is UnknownOutcome {
  return outcome.status === 'unknown' && outcome.reason === 'contract_broken';
}

/** The failure of an outcome, if another try may help. */
function failureOf(outcome: ReadOutcome | undefined): Repeatable | undefined {
  return outcome?.status === 'unknown' && mayRepeatRead(outcome.code) ? outcome : undefined;
}

function later(left: Repeatable | undefined, right: Repeatable | undefined): Repeatable | undefined {
  return (right?.retryAfterMs ?? 0) > (left?.retryAfterMs ?? -1) || left === undefined ? right : left;
}

/** A backend without an answer to anything is out; failing to understand one secret says nothing about the others. */
function outage(outcomes: readonly ReadOutcome[]): Failure | undefined {
  const [first] = outcomes;
  const isOut = outcomes.every(
    (outcome) =>
      outcome.status === 'unknown' &&
      (outcome.code === 'unauthenticated' || (mayRepeatRead(outcome.code) && outcome.code !== 'bad_answer')),
  );
  return isOut && first?.status === 'unknown' ? { code: first.code, ...whyOf(first) } : undefined;
}
