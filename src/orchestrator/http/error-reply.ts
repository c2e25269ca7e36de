import { BackendError, describeFailure, errorTrail, type FailureCode } from '@kici-dev/secret-backend';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { NotDurableError } from '../../database/commits.ts';
import { UnstorableTextError } from '../../database/text.ts';
import { InterruptedError } from '../../database/in-transaction.ts';
import { DatabaseUnavailableError, lacksRight } from '../../database/unavailable.ts';
import { ApiError, apiErrors, isApiErrorCode, type ApiErrorCode } from '../../api/api-error.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: {
    readonly error: string;
    readonly message: string;
    readonly hint: string;
    readonly requestId: string;
    readonly code?: string;
    readonly reason?: string | undefined;
    readonly about?: string | undefined;
  };
  /** The fault is ours: the caller sees only the request id. */
  readonly unexpected: boolean;
}

const fromBackend: Partial<Record<FailureCode, ApiErrorCode>> = {
  conflict: 'conflict',
  too_large: 'too_large',
  invalid_argument: 'invalid_request',
  misconfigured: 'invalid_request',
  not_found: 'not_found',
  unsupported: 'unsupported',
};

/** What a caller learns about any error; nothing of a foreign error gets out. */
export function answerTo(error: unknown, requestId: string): ErrorAnswer {
  const known = toApiError(error);
  const code: ApiErrorCode = known !== undefined && isApiErrorCode(known.code) ? known.code : 'internal_error';
  const message = known?.message ?? 'the orchestrator failed';
  const hint = known?.hint ?? apiErrors.internal_error.hint;
  return {
    status: apiErrors[code].status,
    body: { error: code, message, hint, requestId, ...known?.failure, ...known?.disabled },
    unexpected: known === undefined,
  };
}

/** As `answerTo`; what is not the caller's fault is logged. */
export function failureAnswer(
  log: Logger,
  { id, routeOptions }: Pick<FastifyRequest, 'id' | 'routeOptions'>,
  error: unknown,
): ErrorAnswer {
  const answer = answerTo(error, id);
  const at = { requestId: id, route: routeOptions.url };
  if (answer.unexpected) log.error({ ...at, error: errorTrail(error) }, 'request failed');
  else if (answer.status >= 500) {
    const { error: code, code: cause, reason, about } = answer.body;
    const problem = DatabaseUnavailableError.is(error) ? error.message : undefined;
    const behind = ApiError.is(error) && error.cause !== undefined ? errorTrail(error.cause) : undefined;
    log.warn({ ...at, error: code, code: cause, reason, about, problem, behind }, 'request could not be served');
  }
  return answer;
}

export function toApiError(error: unknown): ApiError | undefined {
  if (ApiError.is(error)) return error;
  if (DatabaseUnavailableError.is(error))
    return error.code === lacksRight
      ? new ApiError('database_unavailable', error.message, 'whoever runs the database has to grant it')
      : new ApiError('database_unavailable', `${error.message}; try again`);
  if (error instanceof InterruptedError)
    return new ApiError(
      'database_unavailable',
      `${error.message}; it may have been done in part`,
      'look at the current state before you repeat it',
    );
  if (error instanceof NotDurableError)
    return new ApiError('database_unavailable', error.message, "look at the disk of the orchestrator's data folder");
  if (error instanceof UnstorableTextError) return new ApiError('invalid_request', error.message);
  if (BackendError.is(error))
    return new ApiError(
      fromBackend[error.code] ?? 'backend_unavailable',
      describeFailure(error, error.detail),
      error.hint,
      { failure: error },
    );
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ApiError('too_large', 'the request body is too large');
    if (typeof error.code === 'string' && error.code.startsWith('FST_ERR_CTP_'))
      return new ApiError('invalid_request', 'the request body is not JSON');
  }
  return undefined;
}
