import {
  BackendError,
  isReasonOf,
  isTransient,
  whyOf,
  type CallContext,
  type Failure,
  type FailureCode,
} from '@kici-dev/secret-backend';
import { ContractBreach } from './answers/breach.ts';
import type { Redactor } from './answers/redact.ts';
import type { HostHealth } from './hosted-backend.ts';
import type { Created, AdapterLifecycle } from './adapter-lifecycle.ts';
import { createBreaker } from './layers/breaker.ts';
import { createBulkhead, type Bulkhead } from './layers/bulkhead.ts';
import { withinDeadline } from './layers/deadline.ts';
import { createPause } from './layers/pause.ts';
import { retrying } from './layers/retry.ts';
import type { BackendObserver, CallKind } from './observer.ts';
import { isState } from '../resolver/states.ts';
import type { HostPolicy } from './policy.ts';

/** Reads change nothing, so they may be repeated. */
export const mayRepeatRead = (code: FailureCode): boolean =>
  isTransient(code) && code !== 'overloaded' && code !== 'circuit_open';

/** After any other failure the change may have been made. */
const refusedUndone: ReadonlySet<FailureCode> = new Set(['throttled', 'sealed']);
export const mayRepeatWrite = (code: FailureCode): boolean => refusedUndone.has(code);

/** Said about the one thing that a call is about, as its states are: the backend works. */
const refusals: ReadonlySet<FailureCode> = new Set([
  'permission_denied',
  'vanished',
  'conflict',
  'too_large',
  'invalid_argument',
  'unsupported',
  'not_found',
]);
/** A check and a list are about the whole backend, whatever they fail with. */
const isAboutOneThing: Readonly<Record<CallKind, boolean>> = {
  change: true,
  look: true,
  read: false,
  list: false,
  check: false,
};

export interface PipelineCall<T> {
  /**
   * Calls the adapter and checks its answer. It may continue after being abandoned, so it must change nothing but the
   * backend.
   */
  readonly run: (created: Created, context: CallContext) => Promise<T>;
  /** What is being done, for the log. */
  readonly operation: CallKind;
  /** Why a result counts as a failure of the whole backend. */
  readonly outage?: (result: T) => Failure | undefined;
  /** Ignores an open breaker or a pause, and ends both on success. */
  readonly probe?: boolean;
  /** For a call that hands the adapter a value. */
  readonly redactor?: Redactor;
}

/** @param problem how the contract was broken */
export type ReportBreach = (operation: string, problem: string, trail: string | undefined) => void;

/**
 * The one path to the adapter for every operation: retry, bulkhead, pause, breaker, and the deadline around the
 * adapter.
 */
export class CallPipeline {
  readonly #instance: AdapterLifecycle;
  readonly #policy: HostPolicy;
  readonly #redactor: Redactor;
  readonly #lostAccess: () => void;
  readonly #breached: ReportBreach;
  readonly #observer: BackendObserver | undefined;
  readonly #breaker = createBreaker();
  readonly #pause = createPause();
  readonly #bulkhead: Bulkhead;
  #failure: Failure | undefined;
  #lastFailure: HostHealth['lastFailure'];

  /**
   * @param lostAccess called when the backend no longer grants us access
   * @param breached called for every breach of the contract by the adapter
   */
  constructor(
    instance: AdapterLifecycle,
    policy: HostPolicy,
    redactor: Redactor,
    lostAccess: () => void,
    breached: ReportBreach,
    observer?: BackendObserver,
  ) {
    this.#instance = instance;
    this.#policy = policy;
    this.#redactor = redactor;
    this.#lostAccess = lostAccess;
    this.#breached = breached;
    this.#observer = observer;
    this.#bulkhead = createBulkhead(policy.concurrency, policy.queueLimit);
  }

  get health(): Pick<HostHealth, 'breaker' | 'openedAt' | 'failure' | 'reason' | 'about' | 'lastFailure'> {
    return {
      ...this.#breaker.state(),
      ...(this.#failure !== undefined && { failure: this.#failure.code, ...whyOf(this.#failure) }),
      ...(this.#lastFailure !== undefined && { lastFailure: this.#lastFailure }),
    };
  }

  /** Reports an answer, or part of one, that breaks the contract. */
  noteBreach(
    operation: string,
    breach: { readonly detail?: string | undefined; readonly trail?: string | undefined } | undefined,
  ): void {
    if (breach !== undefined) this.#breached(operation, breach.detail ?? '', breach.trail);
  }

  /** To be called when the credentials may be valid again. */
  endPause(): void {
    this.#pause.end();
  }

  /** @throws BackendError */
  call<T>(context: CallContext, mayRepeat: (code: FailureCode) => boolean, call: PipelineCall<T>): Promise<T> {
    return retrying(context, { attempts: this.#policy.attempts, mayRepeat }, () => this.once(context, call));
  }

  /** @throws BackendError */
  once<T>(context: CallContext, call: PipelineCall<T>): Promise<T> {
    if (this.#observer === undefined) return this.#once(context, call);
    return this.#observer.call(
      call.operation,
      () => this.#once(context, call),
      (result) => call.outage?.(result)?.code,
    );
  }

  #once<T>(context: CallContext, call: PipelineCall<T>): Promise<T> {
    const attempt = (): Promise<T> => this.#attempt(context, call);
    return this.#bulkhead(context.signal, async () => {
      if (call.probe === true) return attempt();
      this.#pause.requireOver();
      try {
        return await this.#breaker.execute(attempt, (result) => call.outage?.(result)?.code);
      } catch (error) {
        throw BackendError.is(error) && error.code === 'circuit_open' ? this.#circuitOpen() : error;
      }
    });
  }

  async #attempt<T>(context: CallContext, call: PipelineCall<T>): Promise<T> {
    try {
      const result = await withinDeadline(context, this.#policy.deadlineMs, async (inner) => {
        try {
          return await call.run(await this.#instance.get(), inner);
        } catch (thrown) {
          const error = (call.redactor ?? this.#redactor).error(thrown);
          if (error instanceof ContractBreach) this.noteBreach(call.operation, error);
          throw error;
        }
      });
      const failure = call.outage?.(result);
      this.#fail(failure);
      if (failure === undefined) this.#pause.end();
      if (call.probe === true) this.#breaker.reset();
      return result;
    } catch (error) {
      if (BackendError.is(error)) this.#note(error, call);
      throw error;
    }
  }

  /** While calls are paused, the reason is still what caused the pause. */
  #circuitOpen(): BackendError {
    const { reason, about } = this.#failure ?? {};
    return new BackendError(
      'circuit_open',
      reason !== undefined && isReasonOf('circuit_open', reason) ? whyOf({ reason, about }) : {},
    );
  }

  #fail(failure: Failure | undefined): void {
    this.#failure = failure && { code: failure.code, ...whyOf(failure) };
    if (this.#failure === undefined) return;
    this.#lastFailure = { ...this.#failure, at: Date.now() };
    if (this.#failure.code === 'unauthenticated') this.#pause.begin(this.#failure);
  }

  #note(error: BackendError, { operation, probe }: Pick<PipelineCall<unknown>, 'operation' | 'probe'>): void {
    const { code } = error;
    const isAnswer = isAboutOneThing[operation] && (isState(code) || refusals.has(code));
    if (code !== 'aborted' && !isAnswer) this.#fail(error);
    if (code === 'unauthenticated' || (probe === true && code === 'permission_denied')) this.#lostAccess();
  }
}
