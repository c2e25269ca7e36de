import { setImmediate as nextTurn } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { Pieces } from '../../resolver/pieces.ts';

const longestTurnMs = 10;
/** Reading the clock for each item would take as long as the work itself. */
const itemsBetweenLooks = 64;

/** Divides long work into pieces, so that the process's other work and the deadlines' timers get their turns. */
export class Turns {
  #since = performance.now();
  #items = 0;

  /** Whether others should get a turn, to be asked after each small piece of work. */
  get isOver(): boolean {
    this.#items += 1;
    return this.#items % itemsBetweenLooks === 0 && performance.now() - this.#since > longestTurnMs;
  }

  /** @throws the signal's reason, if it fired meanwhile */
  async next(signal?: AbortSignal): Promise<void> {
    await nextTurn();
    signal?.throwIfAborted();
    this.#since = performance.now();
  }
}

/** @throws the signal's reason, if it fires before the end */
export async function inTurns<T>(work: Pieces<T>, signal?: AbortSignal): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (turns.isOver) await turns.next(signal);
  }
}
