import { setImmediate as nextTurn } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';

const longestTurnMs = 10;
/** Looking at the clock for each would take as long as the work itself. */
const itemsBetweenLooks = 64;

/** Long work in pieces: other work of the process, and the timers of deadlines, have their turns in between. */
export class Turns {
  #since = performance.now();
  #items = 0;

  /** Whether it is somebody else's turn, asked after each small piece of work. */
  get isOver(): boolean {
    this.#items += 1;
    return this.#items % itemsBetweenLooks === 0 && performance.now() - this.#since > longestTurnMs;
  }

  /** @throws whatever the signal's reason is, when it fired meanwhile */
  async next(signal: AbortSignal): Promise<void> {
    await nextTurn();
    signal.throwIfAborted();
    this.#since = performance.now();
  }
}
