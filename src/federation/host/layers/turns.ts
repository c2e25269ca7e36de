import { setImmediate as nextTurn } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { Pieces } from '../../resolver/pieces.ts';

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
  async next(signal?: AbortSignal): Promise<void> {
    await nextTurn();
    signal?.throwIfAborted();
    this.#since = performance.now();
  }
}

/** @throws whatever the signal's reason is, when it fires before the end */
export async function inTurns<T>(work: Pieces<T>, signal?: AbortSignal): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (turns.isOver) await turns.next(signal);
  }
}
