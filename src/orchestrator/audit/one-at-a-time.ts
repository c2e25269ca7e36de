import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '../../api/api-error.ts';
import { hasLeft, type Waiter } from '../caller.ts';

/** How often those who wait are told that they do. */
const patienceMs = 1_000;
/** Of one organization: each keeps one of the requests that the organization may have at once. */
const mostWaiting = 32;

/**
 * Runs work of an organization when no other of it is under way.
 * @throws ApiError when nobody waits for it any more, or too many do (`too_many_requests`)
 */
export type OneAtATime = <T>(organization: string, waiter: Waiter, work: () => Promise<T>) => Promise<T>;

export function createOneAtATime(): OneAtATime {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, number>();

  function count(organization: string, more: 1 | -1): void {
    const now = (waiting.get(organization) ?? 0) + more;
    if (now > mostWaiting)
      throw new ApiError('too_many_requests', `${mostWaiting} others wait for their turn`, 'try again in a moment');
    if (now === 0) waiting.delete(organization);
    else waiting.set(organization, now);
  }

  return async (organization, waiter, work) => {
    for (let other = running.get(organization); other !== undefined; other = running.get(organization)) {
      count(organization, 1);
      const ended = other.catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop -- until it is its turn
      await Promise.race([ended, delay(patienceMs, undefined, { ref: false })]);
      count(organization, -1);
      if (waiter.isGone()) throw hasLeft();
      waiter.tell({ done: 0, of: 0 });
    }
    // In the turn of the last look, or somebody else would begin beside it.
    const own = work().finally(() => running.delete(organization));
    running.set(organization, own);
    return own;
  };
}
