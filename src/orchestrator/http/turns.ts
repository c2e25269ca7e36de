import { ApiError } from '../../api/api-error.ts';

/** Keeps one organization's requests from taking the server away from the others. */
export interface Turns {
  /**
   * Runs a request when it is its organization's turn.
   * @param isGone whether nobody waits for it any more: it is not begun then
   * @throws ApiError `too_many_requests` when too many of the organization wait already
   */
  run<T>(organization: string, isGone: () => boolean, request: () => Promise<T>): Promise<T>;
}

export interface TurnLimits {
  /** Requests of one organization that are worked on at once. */
  readonly requestsAtOnce: number;
  /** And that wait beside them. */
  readonly requestsWaiting: number;
}

interface Line {
  running: number;
  readonly waiting: Set<() => void>;
}

/** Each organization has a line of its own, first come, first served. */
export function createTurns({ requestsAtOnce, requestsWaiting }: TurnLimits): Turns {
  const lines = new Map<string, Line>();

  function leave(organization: string, line: Line): void {
    const [next] = line.waiting;
    if (next !== undefined) {
      line.waiting.delete(next);
      next();
      return;
    }
    line.running -= 1;
    if (line.running === 0) lines.delete(organization);
  }

  return {
    async run(organization, isGone, request) {
      const line = lines.get(organization) ?? { running: 0, waiting: new Set() };
      lines.set(organization, line);
      if (line.running < requestsAtOnce) line.running += 1;
      else if (line.waiting.size >= requestsWaiting)
        throw new ApiError(
          'too_many_requests',
          `${line.running} requests of ${organization} are being served, and ${line.waiting.size} are waiting`,
          'try again in a moment',
        );
      // Whoever leaves hands on the place.
      else await new Promise<void>((resolve) => line.waiting.add(resolve));
      try {
        if (isGone()) throw new ApiError('invalid_request', 'the client has left');
        return await request();
      } finally {
        leave(organization, line);
      }
    },
  };
}
