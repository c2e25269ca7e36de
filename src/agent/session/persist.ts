import { setTimeout as wait } from 'node:timers/promises';
import type { FailureReason } from '@kici-dev/secret-backend';
import { ApiError, type CallErrorCode } from '../../api/api-error.ts';

/** How long an orchestrator that goes away may take to be replaced, by itself or by another behind its address. */
const patienceMs = 10_000;
const shortestPauseMs = 50;
const longestPauseMs = 1_000;

const passing: readonly CallErrorCode[] = ['database_unavailable', 'audit_unavailable', 'too_many_requests'];
/** It has ended with the request under way. */
const broken: readonly FailureReason[] = ['connection_reset'];
/** An address that has answered before is the right one. */
const away: readonly FailureReason[] = [...broken, 'connection_refused'];

/**
 * Sends a request again that an orchestrator has not answered, for as long as another may take its place. Only for
 * requests that may be made twice.
 * @param known whether an orchestrator has answered at this address before
 */
export async function persist<T>(known: boolean, request: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error, known ? away : broken) || Date.now() + pauseMs > end) throw error;
      // At random, so that jobs that were cut off together do not come back together.
      await wait(pauseMs * (0.5 + Math.random()));
    }
  }
}

function isPassing(error: unknown, reasons: readonly FailureReason[]): boolean {
  if (!ApiError.is(error)) return false;
  const reason = error.failure?.reason;
  return (
    passing.includes(error.code) || (error.code === 'unreachable' && reason !== undefined && reasons.includes(reason))
  );
}
