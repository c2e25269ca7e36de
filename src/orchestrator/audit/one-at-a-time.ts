import { setTimeout as delay } from 'node:timers/promises';
import { hasLeft, type Waiter } from '../caller.ts';

/** How often those who wait are told that they do. */
const patienceMs = 1_000;

/**
 * Runs work of an organization when no other of it is under way.
 * @throws ApiError when nobody waits for it any more
 */
export type OneAtATime = <T>(organization: string, waiter: Waiter, work: () => Promise<T>) => Promise<T>;

export function createOneAtATime(): OneAtATime {
  const running = new Map<string, Promise<unknown>>();
  return async (organization, waiter, work) => {
    for (let other = running.get(organization); other !== undefined; other = running.get(organization)) {
      const ended = other.catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop -- until it is its turn
      await Promise.race([ended, delay(patienceMs, undefined, { ref: false })]);
      if (waiter.isGone()) throw hasLeft();
      waiter.tell({ done: 0, of: 0 });
    }
    // In the turn of the last look, or somebody else would begin beside it.
    const own = work().finally(() => running.delete(organization));
    running.set(organization, own);
    return own;
  };
}
