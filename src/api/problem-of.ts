import { connectionReason, failureReasons, type FailureReason } from '@kici-dev/secret-backend';
import { ApiError, isApiErrorCode, type ApiErrorDetails } from './api-error.ts';
import { isErrorBody } from './client-checks.ts';
import { BrokenOffError, type HttpAnswer } from './exchange.ts';
import { parseJson } from './parse-json.ts';

/** With these, a proxy in between says that it could not pass a request on. */
const ofGateways: readonly number[] = [502, 503, 504];
const tooMany = 429;

/** Why a request failed, by the answer to it. */
export function problemOf(
  { status, text, retryAfter }: HttpAnswer,
  { origin }: URL,
  id: string,
  method: string,
): ApiError {
  const problem = parseJson(text);
  const pause = { retryAfterMs: millisecondsOf(retryAfter) };
  if (!isErrorBody(problem) || !isApiErrorCode(problem.error))
    return foreign(status, origin, method === 'GET', { ...pause, requestId: id });
  const { error, message, hint, requestId = id, code, reason, about, operation, category, cliEquivalent } = problem;
  return new ApiError(error, message, hint, {
    ...pause,
    failure: code === undefined ? undefined : { code, reason, about },
    requestId,
    disabled: operation === undefined || category === undefined ? undefined : { operation, category, cliEquivalent },
  });
}

/** No orchestrator has written the answer. */
function foreign(status: number, origin: string, isRead: boolean, details: ApiErrorDetails): ApiError {
  if (ofGateways.includes(status))
    return new ApiError(
      'unreachable',
      `a proxy in front of the orchestrator at ${origin}, or one that is ending, answered with status ${status}${isRead ? '' : '; a change that was asked for may have been made'}`,
      failureReasons.gateway_failed.hint,
      { ...details, failure: { code: 'unreachable', reason: 'gateway_failed' } },
    );
  if (status === tooMany)
    return new ApiError(
      'too_many_requests',
      `a proxy in front of the orchestrator at ${origin} takes no more requests for now`,
      undefined,
      details,
    );
  return new ApiError(
    'bad_answer',
    `${origin} answered with status ${status} and a body that no orchestrator sends`,
    undefined,
    details,
  );
}

/** A `Retry-After` header has seconds, or a date (RFC 9110, section 10.2.3). */
function millisecondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** @param error of the connection */
export function unreachable({ origin }: URL, requestId: string, error: unknown): ApiError {
  const { reason } = connectionReason(error);
  const details: ApiErrorDetails = { failure: { code: 'unreachable', reason }, requestId };
  if (error instanceof BrokenOffError)
    return new ApiError(
      'unreachable',
      `${origin} broke off in the middle of its answer; what was asked for may have been done`,
      "see the orchestrator's log, and that of any proxy in front of it; then ask again",
      details,
    );
  const why = reason === undefined ? '' : `: ${failureReasons[reason].meaning}`;
  return new ApiError(
    'unreachable',
    `cannot reach an orchestrator at ${origin}${why}`,
    reason && hints[reason],
    details,
  );
}

const https =
  'an orchestrator with a certificate serves HTTPS alone: point KICI_URL to its https address, or see its log';
const validity = "renew the orchestrator's certificate, or correct the clock of this machine";

/** What to do where something is at the address, and it is not how one talks to it. */
const hints: { readonly [reason in FailureReason]?: string } = {
  connection_reset: https,
  tls_expected: https,
  not_tls: 'it serves plain HTTP: point KICI_URL to its http address',
  certificate_untrusted_by_system:
    'name the certificate of its authority with NODE_EXTRA_CA_CERTS; the user who started the orchestrator needs no more than its address on this machine, such as https://127.0.0.1:4000',
  certificate_for_another_name: 'point KICI_URL to a name that the certificate has',
  certificate_expired: validity,
  certificate_not_yet_valid: validity,
};
