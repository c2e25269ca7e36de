import type { CallContext, HealthReport } from '@kici-dev/secret-backend';
import { checkHealth } from './answers/receipts.ts';
import { mayRepeatRead, type CallPipeline } from './call-pipeline.ts';
import type { HostHealth } from './hosted-backend.ts';
import { requireTime } from './layers/deadline.ts';
import { Flights } from './layers/single-flight.ts';

/** Checks the whole backend and remembers the last result. */
export class Checker {
  readonly #caller: CallPipeline;
  readonly #flights: Flights<HealthReport>;
  #last: Pick<HostHealth, 'lastCheckAt' | 'latencyMs'> = {};

  constructor(caller: CallPipeline, deadlineMs: number) {
    this.#caller = caller;
    this.#flights = new Flights(deadlineMs);
  }

  get health(): HostHealth {
    return { ...this.#caller.health, ...this.#last };
  }

  /** @throws BackendError */
  async check(context: CallContext): Promise<HealthReport> {
    requireTime(context);
    const flight = this.#flights.get('check') ?? this.#flights.start(['check'], (shared) => this.#ask(shared));
    return flight.wait(context);
  }

  async #ask(context: CallContext): Promise<HealthReport> {
    try {
      const { report, latencyMs } = await this.#caller.call(context, mayRepeatRead, {
        operation: 'check',
        probe: true,
        run: async ({ backend }, inner) => {
          const started = performance.now();
          return { report: checkHealth(await backend.check(inner)), latencyMs: performance.now() - started };
        },
      });
      this.#last = { lastCheckAt: Date.now(), latencyMs };
      return report;
    } catch (error) {
      this.#last = { lastCheckAt: Date.now() };
      throw error;
    }
  }
}
