import { thisTurn } from '../turn.ts';

/** Keeps the event loop hearing new requests, however many it has heard already. */
export interface FairStarts {
  /**
   * Undefined while a request may begin at once; otherwise resolves when it may: one request in each turn of the event
   * loop, or some if they take little together, of one organization after the other.
   */
  turnOf(organization: string): Promise<void> | undefined;
}

/** How long the requests of one turn may work before those that follow wait for the next, in milliseconds. */
const longestTurnMs = 20;
/** And how long those that have waited may work before the next of them waits for another turn. */
const longestStartsMs = 2;
const mostStartsInTurn = 16;

/**
 * @param isTurnOver whether no further request may begin in this turn of the event loop
 * @param areStartsOver whether none of those that wait may, after the first; told when that began
 */
export function createFairStarts(
  isTurnOver: () => boolean = () => performance.now() - thisTurn().startedAt > longestTurnMs,
  areStartsOver: (began: number) => boolean = (began) => performance.now() - began > longestStartsMs,
): FairStarts {
  /** In the order of their next turns. */
  const waiting = new Map<string, (() => void)[]>();
  let count = 0;
  let isStarting = false;

  /** Each in a callback of its own, so that it has worked before the next one is looked at. */
  function startSome(): void {
    let began: number | undefined;
    const startOne = (): void => {
      if (began !== undefined && areStartsOver(began)) return;
      began ??= performance.now();
      startNext();
    };
    for (let index = Math.min(count, mostStartsInTurn); index > 0; index -= 1) setImmediate(startOne);
    setImmediate(() => {
      isStarting = count > 0;
      if (isStarting) startSome();
    });
  }

  function startNext(): void {
    const [first] = waiting;
    if (first === undefined) return;
    const [organization, [start, ...others]] = first;
    waiting.delete(organization);
    if (others.length > 0) waiting.set(organization, others);
    count -= 1;
    start?.();
  }

  return {
    turnOf(organization) {
      if (count === 0 && !isTurnOver()) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(organization, [...(waiting.get(organization) ?? []), resolve]);
      count += 1;
      if (!isStarting) {
        isStarting = true;
        startSome();
      }
      return promise;
    },
  };
}
