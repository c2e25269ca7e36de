import { thisTurn } from '../turn.ts';

/** Keeps the event loop hearing new requests, however many it has heard already. */
export interface FairStarts {
  /**
   * Undefined while a request may begin at once; otherwise resolves when it may, one request in each turn of the event
   * loop, of one organization after the other.
   */
  turnOf(organization: string): Promise<void> | undefined;
}

/** How long the requests of one turn may work before those that follow wait for the next, in milliseconds. */
const longestTurnMs = 20;

/** @param isTurnOver whether no further request may begin in this turn of the event loop */
export function createFairStarts(
  isTurnOver: () => boolean = () => performance.now() - thisTurn().startedAt > longestTurnMs,
): FairStarts {
  /** In the order of their next turns. */
  const waiting = new Map<string, (() => void)[]>();

  function startNext(): void {
    const [first] = waiting;
    if (first === undefined) return;
    const [organization, [start, ...others]] = first;
    waiting.delete(organization);
    if (others.length > 0) waiting.set(organization, others);
    start?.();
    if (waiting.size > 0) setImmediate(startNext);
  }

  return {
    turnOf(organization) {
      if (waiting.size === 0 && !isTurnOver()) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      if (waiting.size === 0) setImmediate(startNext);
      waiting.set(organization, [...(waiting.get(organization) ?? []), resolve]);
      return promise;
    },
  };
}
