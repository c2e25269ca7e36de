import { performance } from 'node:perf_hooks';
import type { Pieces } from '../../resolver/pieces.ts';

const longestTurnMs = 5;
/** Reading the clock for each item would take as long as the work itself. */
const itemsBetweenLooks = 64;

/** First come, first served. */
const waiting: (() => void)[] = [];

/**
 * Resolves in a turn of the event loop that no other piece of long work has: many that go on at once would otherwise
 * make one long turn of all their pieces, which everybody else would wait for.
 */
export function ownTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (waiting.push(resolve) === 1) setImmediate(startNext);
  return promise;
}

function startNext(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(startNext);
}

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
    await ownTurn();
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
