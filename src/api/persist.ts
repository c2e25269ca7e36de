import { setTimeout as wait } from 'node:timers/promises';
import type { FailureReason } from '@kici-dev/secret-backend';
import { ApiError, type CallErrorCode } from './api-error.ts';

/** How long an orchestrator that goes away may take to be replaced, by itself or by another behind its address. */
const patienceMs = 10_000;
const shortestPauseMs = 50;
const longestPauseMs = 1_000;

/** The failures after which a request is sent again. */
export interface Passing {
  readonly codes: readonly CallErrorCode[];
  readonly reasons: readonly FailureReason[];
}

const codes: Passing['codes'] = ['database_unavailable', 'audit_unavailable', 'too_many_requests'];
/** It has ended with the request under way. */
const broken: Passing['reasons'] = ['connection_reset', 'gateway_failed'];

export const passing = Object.freeze({
  /** For what a person reads, who wants to know what is wrong: there is an orchestrator, and it is being replaced. */
  reading: { codes: [], reasons: ['gateway_failed'] },
  /** For the first request of a run. */
  opening: { codes, reasons: broken },
  /** For all others: an address that has answered before is the right one. */
  known: { codes, reasons: [...broken, 'connection_refused'] },
} satisfies Record<string, Passing>);

/**
 * Sends a request again that an orchestrator has not answered, for as long as another may take its place. Only for
 * requests that may be made twice.
 */
export async function persist<T>(
  after: Passing,
  signal: AbortSignal | undefined,
  request: () => Promise<T>,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await request();
    } catch (error) {
      if (!ApiError.is(error) || !isPassing(error, after)) throw error;
      // At random, so that jobs that were cut off together do not come back together.
      const waitMs = (error.retryAfterMs ?? 0) + pauseMs * (0.5 + Math.random());
      if (Date.now() + waitMs > end || !(await waited(waitMs, signal))) throw error;
    }
  }
}

function isPassing({ code, failure }: ApiError, after: Passing): boolean {
  const reason = failure?.reason;
  return (
    after.codes.includes(code) || (code === 'unreachable' && reason !== undefined && after.reasons.includes(reason))
  );
}

/** @returns whether nobody has cancelled meanwhile */
async function waited(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return wait(ms, true, { signal }).catch(() => false);
}
