import { BackendError, isTransient, type FailureCode } from '@kici-dev/secret-backend';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { HostHealth } from '../hosted-backend.ts';

const failuresThatOpen = 5;
const openMs = 10_000;

export interface Breaker {
  /**
   * @param outage why a result counts as a failure of the whole backend; `undefined` if it does not
   * @throws BackendError `circuit_open`, or what `run` rejects with
   */
  execute<T>(run: () => Promise<T>, outage?: (result: T) => FailureCode | undefined): Promise<T>;
  state(): Pick<HostHealth, 'breaker' | 'openedAt'>;
  /** To be called when the backend was seen to work. */
  reset(): void;
}

/** Spares a backend that failed several times in a row, then lets one call try it. */
export function createBreaker(): Breaker {
  let openedAt: number | undefined;
  let pausedAt = 0;
  const create = (): CircuitBreakerPolicy => {
    openedAt = undefined;
    const created = createPolicy();
    created.onBreak(() => {
      pausedAt = Date.now();
      openedAt ??= pausedAt;
    });
    created.onReset(() => (openedAt = undefined));
    return created;
  };
  let policy = create();
  return {
    async execute(run, outage) {
      try {
        const { result } = await policy.execute(async () => {
          const answer = await run();
          const code = outage?.(answer);
          return { result: answer, failed: code !== undefined && isOutage(code) };
        });
        return result;
      } catch (error) {
        throw isBrokenCircuitError(error) ? new BackendError('circuit_open') : error;
      }
    },
    state() {
      if (policy.state === CircuitState.Closed) return { breaker: 'closed' };
      // The policy looks at the clock only when it is called.
      const isPaused = policy.state === CircuitState.Open && Date.now() - pausedAt < openMs;
      const breaker = isPaused ? 'open' : 'half_open';
      return openedAt === undefined ? { breaker } : { breaker, openedAt };
    },
    reset: () => {
      policy = create();
    },
  };
}

function createPolicy(): CircuitBreakerPolicy {
  const policy: CircuitBreakerPolicy = circuitBreaker(
    handleWhen(
      (error) =>
        BackendError.is(error) &&
        (isOutage(error.code) || (error.code === 'aborted' && policy.state === CircuitState.HalfOpen)),
    ).orWhenResult(
      (result) => typeof result === 'object' && result !== null && 'failed' in result && result.failed === true,
    ),
    { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(failuresThatOpen) },
  );
  return policy;
}

/** A failure that concerns one secret, or comes from the host itself, is not the backend's. */
function isOutage(code: FailureCode): boolean {
  return isTransient(code) && code !== 'overloaded' && code !== 'circuit_open';
}
