import type { CallContext } from '@kici-dev/secret-backend';
import { withinDeadline } from './deadline.ts';

/** One call, shared by all who wait for it. */
export interface Flight<T> {
  /** Settles with the flight, or by the caller's own deadline or signal, which does not affect other waiters. */
  wait(context: CallContext): Promise<T>;
}

/** Merges identical calls that overlap. The last waiter to leave cancels the call. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();
  readonly #limitMs: number;
  readonly #mayJoin: boolean;

  /** @param mayJoin false: every call runs separately */
  constructor(limitMs: number, mayJoin = true) {
    this.#limitMs = limitMs;
    this.#mayJoin = mayJoin;
  }

  get(key: string): Flight<T> | undefined {
    return this.#flights.get(key);
  }

  /** Starts a call that callers of any of these keys may join until it ends. */
  start(keys: readonly string[], run: (context: CallContext) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const leave = (): void => {
      for (const key of keys) if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    let isUnderWay = true;
    const answer = run({ signal: controller.signal, deadline: Date.now() + this.#limitMs }).finally(() => {
      isUnderWay = false;
      leave();
    });
    answer.catch(() => undefined);
    let waiting = 0;
    const flight: Flight<T> = {
      wait: async (context) => {
        waiting += 1;
        try {
          return await withinDeadline(context, this.#limitMs, () => answer);
        } finally {
          waiting -= 1;
          if (waiting === 0 && isUnderWay) {
            leave();
            controller.abort();
          }
        }
      },
    };
    if (this.#mayJoin) for (const key of keys) this.#flights.set(key, flight);
    return flight;
  }

  /** Nobody joins the calls in progress any more: they may have begun before a change. */
  forget(): void {
    this.#flights.clear();
  }
}
