import { BackendError, isTransient, type CallContext, type FailureCode } from '@kici-dev/secret-backend';
import type { Redactor } from './answers/redact.ts';
import type { HostHealth } from './hosted-backend.ts';
import type { Created, Instance } from './instance.ts';
import { createBreaker } from './layers/breaker.ts';
import { createBulkhead, type Bulkhead } from './layers/bulkhead.ts';
import { withinDeadline } from './layers/deadline.ts';
import { retrying } from './layers/retry.ts';
import type { HostPolicy } from './policy.ts';

/** A call that reads changes nothing, so it may be made twice. */
export const mayRepeatRead = (code: FailureCode): boolean =>
  isTransient(code) && code !== 'overloaded' && code !== 'circuit_open';

/** After any other failure the change may have been made. */
const refusedUndone: ReadonlySet<FailureCode> = new Set(['throttled', 'sealed']);
export const mayRepeatWrite = (code: FailureCode): boolean => refusedUndone.has(code);

export interface Call<T> {
  /** Talks to the adapter and checks its answer. It may run on after it was abandoned: it changes nothing but the backend. */
  readonly run: (created: Created, context: CallContext) => Promise<T>;
  /** Why a result counts as a failure of the whole backend. */
  readonly outage?: (result: T) => FailureCode | undefined;
  /** Goes through though the breaker is open, and closes it when it succeeds. */
  readonly probe?: boolean;
  /** For a call that hands the adapter a value. */
  readonly redactor?: Redactor;
}

/** One way to the adapter for every operation: retry, bulkhead, breaker, and the deadline around the adapter. */
export class Caller {
  readonly #instance: Instance;
  readonly #policy: HostPolicy;
  readonly #redactor: Redactor;
  readonly #lostAccess: () => void;
  readonly #breaker = createBreaker();
  readonly #bulkhead: Bulkhead;
  #failure: FailureCode | undefined;
  #lastFailure: HostHealth['lastFailure'];

  /** @param lostAccess called when the backend no longer lets us in */
  constructor(instance: Instance, policy: HostPolicy, redactor: Redactor, lostAccess: () => void) {
    this.#instance = instance;
    this.#policy = policy;
    this.#redactor = redactor;
    this.#lostAccess = lostAccess;
    this.#bulkhead = createBulkhead(policy.concurrency, policy.queueLimit);
  }

  get health(): Pick<HostHealth, 'breaker' | 'openedAt' | 'failure' | 'lastFailure'> {
    return {
      ...this.#breaker.state(),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
    };
  }

  /** @throws BackendError */
  call<T>(context: CallContext, mayRepeat: (code: FailureCode) => boolean, call: Call<T>): Promise<T> {
    return retrying(context, { attempts: this.#policy.attempts, mayRepeat }, () => this.once(context, call));
  }

  /** @throws BackendError */
  once<T>(context: CallContext, call: Call<T>): Promise<T> {
    const attempt = (): Promise<T> => this.#attempt(context, call);
    return this.#bulkhead(context.signal, () =>
      call.probe === true ? attempt() : this.#breaker.execute(attempt, call.outage),
    );
  }

  async #attempt<T>(context: CallContext, call: Call<T>): Promise<T> {
    try {
      const result = await withinDeadline(context, this.#policy.deadlineMs, async (inner) => {
        try {
          return await call.run(await this.#instance.get(), inner);
        } catch (thrown) {
          throw (call.redactor ?? this.#redactor).error(thrown);
        }
      });
      this.#fail(call.outage?.(result));
      if (call.probe === true) this.#breaker.reset();
      return result;
    } catch (error) {
      if (BackendError.is(error)) this.#note(error.code, call.probe === true);
      throw error;
    }
  }

  #fail(code: FailureCode | undefined): void {
    this.#failure = code;
    if (code !== undefined) this.#lastFailure = { code, at: Date.now() };
  }

  #note(code: FailureCode, isProbe: boolean): void {
    if (code !== 'aborted') this.#fail(code);
    if (code === 'unauthenticated' || (isProbe && code === 'permission_denied')) this.#lostAccess();
  }
}
