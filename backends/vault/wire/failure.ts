import { BackendError, connectionReason, failureReasons, type CallContext } from '@kici-dev/secret-backend';
import { interrupted } from '../interruption.ts';

/**
 * Keeps only code and meaning of what the HTTP client threw: its message and fields may hold headers or parts of a
 * body.
 * @param authorities the setting that names trusted authorities, if there is one
 */
export function transportFailure(
  error: unknown,
  origin: string,
  authorities: string | undefined,
  context: CallContext,
): BackendError {
  if (BackendError.is(error)) return error;
  if (context.signal.aborted) return interrupted(context);
  const code = codeOf(error);
  const why = connectionReason(error, authorities);
  if (why.reason === undefined && (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW'))
    return new BackendError('bad_answer', { detail: `${origin} does not speak HTTP as expected (${code})` });
  const what = why.reason === undefined ? 'the connection failed' : failureReasons[why.reason].meaning;
  return new BackendError('unreachable', { ...why, detail: `${origin} could not be reached: ${what} (${code})` });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'no code';
}
