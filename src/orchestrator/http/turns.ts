import { ApiError } from '../../api/api-error.ts';
import { hasLeft } from '../caller.ts';
import { createFairStarts, type FairStarts } from './fair-starts.ts';
import type { Lines } from './request-observer.ts';

/** Keeps one organization's requests from taking the server away from the others. */
export interface Turns {
  /**
   * Runs a request when it is its organization's turn.
   * @param isGone whether nobody waits for it any more: it is not begun then
   * @param request is told whether it has waited, so that what was found out before may no longer hold
   * @throws ApiError `too_many_requests` when too many of the organization wait already
   */
  run<T>(organization: string, isGone: () => boolean, request: (hasWaited: boolean) => Promise<T>): Promise<T>;
  /** @throws ApiError `too_many_requests` as `run` would now */
  requireRoom(organization: string): void;
  readonly lines: Lines;
}

export interface TurnLimits {
  /** Requests of one organization that are worked on at once. */
  readonly requestsAtOnce: number;
  /** And that wait beside them. */
  readonly requestsWaiting: number;
}

interface Waiting {
  readonly isGone: () => boolean;
  /** It is its turn. */
  readonly resolve: () => void;
  readonly reject: (error: ApiError) => void;
}

interface Line {
  running: number;
  readonly waiting: Set<Waiting>;
}

/** Each organization has a line of its own, first come, first served. */
export function createTurns(
  { requestsAtOnce, requestsWaiting }: TurnLimits,
  starts: FairStarts = createFairStarts(),
): Turns {
  const lines = new Map<string, Line>();

  function leave(organization: string, line: Line): void {
    const [next] = line.waiting;
    if (next !== undefined) {
      line.waiting.delete(next);
      next.resolve();
      return;
    }
    line.running -= 1;
    if (line.running === 0) lines.delete(organization);
  }

  function requireRoom(organization: string, { running, waiting }: Line): void {
    if (running < requestsAtOnce) return;
    if (waiting.size >= requestsWaiting)
      for (const one of [...waiting].filter((other) => other.isGone())) {
        waiting.delete(one);
        one.reject(hasLeft());
      }
    if (waiting.size >= requestsWaiting)
      throw new ApiError(
        'too_many_requests',
        `${running} requests of ${organization} are being served, and ${waiting.size} are waiting`,
        'try again in a moment',
      );
  }

  /** Whoever leaves hands on the place. */
  function wait(waiting: Line['waiting'], isGone: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.add({ isGone, resolve, reject });
    return promise;
  }

  return {
    async run(organization, isGone, request) {
      const line = lines.get(organization) ?? { running: 0, waiting: new Set() };
      lines.set(organization, line);
      const mustWait = line.running >= requestsAtOnce;
      requireRoom(organization, line);
      if (mustWait) await wait(line.waiting, isGone);
      else line.running += 1;
      try {
        const turn = starts.turnOf(organization);
        if (turn !== undefined) await turn;
        if (isGone()) throw hasLeft();
        return await request(mustWait || turn !== undefined);
      } finally {
        leave(organization, line);
      }
    },
    requireRoom(organization) {
      const line = lines.get(organization);
      if (line !== undefined) requireRoom(organization, line);
    },
    *lines() {
      for (const [organization, { running, waiting }] of lines) yield { organization, running, waiting: waiting.size };
    },
  };
}
