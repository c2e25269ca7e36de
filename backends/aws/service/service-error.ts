import {
  BackendError,
  connectionReason,
  failureReasons,
  isTransient,
  whyOf,
  type BackendErrorDetails,
  type CallContext,
  type FailureCode,
  type FailureReason,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';

/**
 * The services' names for failures, with our codes. Sources: the API models secretsmanager/2017-10-17 and
 * ssm/2014-11-06, the common errors of AWS, the Security Token Service's API model. All but 5xx have status 400
 * (emulators differ), so only the name counts.
 */
const codes = new Map<string, FailureCode>(
  Object.entries({
    ResourceNotFoundException: 'not_found',
    ResourceExistsException: 'conflict',
    InvalidRequestException: 'invalid_argument',
    InvalidParameterException: 'invalid_argument',
    InvalidParameterValue: 'invalid_argument',
    ValidationException: 'invalid_argument',
    ValidationError: 'invalid_argument',
    LimitExceededException: 'invalid_argument',
    PreconditionNotMetException: 'invalid_argument',
    InvalidNextTokenException: 'bad_answer',
    SerializationException: 'bad_answer',
    UnknownOperationException: 'bad_answer',
    DecryptionFailure: 'decryption_failed',
    EncryptionFailure: 'decryption_failed',
    KMSAccessDeniedException: 'decryption_failed',
    KMSDisabledException: 'decryption_failed',
    KMSInvalidStateException: 'decryption_failed',
    KMSNotFoundException: 'decryption_failed',
    ParameterNotFound: 'not_found',
    ParameterVersionNotFound: 'not_found',
    ParameterAlreadyExists: 'conflict',
    ParameterLimitExceeded: 'invalid_argument',
    ParameterMaxVersionLimitExceeded: 'invalid_argument',
    ParameterPatternMismatchException: 'invalid_argument',
    HierarchyLevelLimitExceededException: 'invalid_argument',
    HierarchyTypeMismatchException: 'invalid_argument',
    UnsupportedParameterType: 'invalid_argument',
    InvalidNextToken: 'bad_answer',
    InvalidKeyId: 'decryption_failed',
    TooManyUpdates: 'throttled',
    InternalServiceError: 'server_error',
    InternalServiceErrorException: 'server_error',
    InternalServerError: 'server_error',
    InternalFailure: 'server_error',
    InternalError: 'server_error',
    ServiceUnavailable: 'server_error',
    ServiceUnavailableException: 'server_error',
    IDPCommunicationError: 'server_error',
    ThrottlingException: 'throttled',
    Throttling: 'throttled',
    ThrottledException: 'throttled',
    TooManyRequestsException: 'throttled',
    RequestLimitExceeded: 'throttled',
    RequestThrottledException: 'throttled',
    SlowDown: 'throttled',
    AccessDeniedException: 'permission_denied',
    AccessDenied: 'permission_denied',
    UnauthorizedAccess: 'permission_denied',
    NotAuthorized: 'permission_denied',
    OptInRequired: 'permission_denied',
    RegionDisabledException: 'permission_denied',
    ExpiredTokenException: 'unauthenticated',
    ExpiredToken: 'unauthenticated',
    RequestExpired: 'unauthenticated',
    UnrecognizedClientException: 'unauthenticated',
    InvalidClientTokenId: 'unauthenticated',
    InvalidAccessKeyId: 'unauthenticated',
    InvalidSignatureException: 'unauthenticated',
    SignatureDoesNotMatch: 'unauthenticated',
    IncompleteSignature: 'unauthenticated',
    IncompleteSignatureException: 'unauthenticated',
    MissingAuthenticationToken: 'unauthenticated',
    MissingAuthenticationTokenException: 'unauthenticated',
    InvalidIdentityToken: 'unauthenticated',
    IDPRejectedClaim: 'unauthenticated',
    CredentialsProviderError: 'unauthenticated',
    TokenProviderError: 'unauthenticated',
  }),
);

/** The right that a refusal of each operation concerns; unlisted operations change something. */
const refusals = new Map<string, FailureReason>([
  ['ListSecrets', 'list_refused'],
  ['GetSecretValue', 'read_refused'],
  ['BatchGetSecretValue', 'read_refused'],
  ['DescribeSecret', 'read_refused'],
  ['ListSecretVersionIds', 'read_refused'],
  ['DescribeParameters', 'list_refused'],
  ['GetParameter', 'read_refused'],
  ['GetParameters', 'read_refused'],
  ['GetParameterHistory', 'read_refused'],
]);

/** A failure that remembers the service's name for it, one of the names above. */
export class AwsError extends BackendError {
  /** Private to this package: outside of it, an error has nothing that the contract does not name. */
  readonly #exception: string | undefined;

  constructor(code: FailureCode, exception: string | undefined, details: BackendErrorDetails) {
    super(code, details);
    this.#exception = exception;
  }

  get exception(): string | undefined {
    return this.#exception;
  }
}

export function isException(error: unknown, ...names: readonly string[]): error is AwsError {
  return error instanceof AwsError && error.exception !== undefined && names.includes(error.exception);
}

/** For operations that reject where a read has an outcome. */
export function errorOf({ code, detail, retryAfterMs, ...why }: UnknownOutcome): BackendError {
  return new BackendError(code, {
    ...whyOf(why),
    ...(detail !== undefined && { detail }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The code for a failure's name; undefined for a name that is not the service's. */
export function codeOfName(name: string): FailureCode | undefined {
  return codes.get(name);
}

/**
 * Reduces whatever the SDK threw to a code and our own words: its message may quote the body, and its hidden
 * `$response` holds the signature.
 */
export function toBackendError(
  error: unknown,
  operation: string,
  context: Pick<CallContext, 'signal' | 'deadline'>,
  now: number,
): BackendError {
  if (context.signal.aborted) return cancelled(operation, context, now);
  // The SDK attaches things of its own to errors that pass through it.
  if (BackendError.is(error)) return errorOf(error.toOutcome());
  const facts = factsOf(error);
  const code = codeOfName(facts.name);
  if (code === undefined) return unnamed(error, facts, operation);
  return new AwsError(code, facts.name, {
    detail: `${operation}: ${facts.name}`,
    ...(code === 'permission_denied' && { reason: refusals.get(operation) ?? 'write_refused' }),
    ...(facts.retryAfterMs !== undefined && isTransient(code) && { retryAfterMs: facts.retryAfterMs }),
  });
}

/** For failures that the service did not name. */
function unnamed(error: unknown, facts: ErrorFacts, operation: string): AwsError {
  // A reset before the headers is *named* TimeoutError, and so is a late answer. If an answer broke off, only the code
  // concerns the connection; the words may be a service's.
  const why = facts.isLate ? {} : connectionReason(facts.status > 0 ? { code: facts.code } : error);
  if (why.reason !== undefined)
    return new AwsError('unreachable', undefined, {
      ...why,
      detail: `${operation}: ${failureReasons[why.reason].meaning}`,
    });
  if (facts.name === 'TimeoutError' || facts.isLate)
    return new AwsError('timeout', undefined, { detail: `${operation}: no answer in time` });
  return new AwsError(codeOfStatus(facts.status), undefined, {
    detail:
      facts.name === 'SyntaxError'
        ? `${operation}: the answer is not JSON`
        : `${operation}: a failure without a known name, HTTP status ${facts.status}`,
  });
}

function cancelled(
  operation: string,
  { signal, deadline }: Pick<CallContext, 'signal' | 'deadline'>,
  now: number,
): BackendError {
  const reason: unknown = signal.reason;
  if (BackendError.is(reason)) return reason;
  const timedOut = now >= deadline || (reason instanceof Error && reason.name === 'TimeoutError');
  return timedOut
    ? new BackendError('timeout', { detail: `${operation}: no answer before the deadline` })
    : new BackendError('aborted', { detail: `${operation} was cancelled` });
}

/** For an error without a name, or a page that is not JSON, which comes from a proxy or load balancer. */
function codeOfStatus(status: number): FailureCode {
  if (status >= 500) return 'server_error';
  return status === 429 ? 'throttled' : 'bad_answer';
}

interface ErrorFacts {
  readonly name: string;
  readonly code: string;
  /** The SDK's own timer for an answer; the system's is for connections. */
  readonly isLate: boolean;
  /** 0: there was no answer. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;
}

function factsOf(error: unknown): ErrorFacts {
  const retryAfter = Number(textAt(error, '$response', 'headers', 'retry-after'));
  return {
    name: textAt(error, 'name'),
    code: textAt(error, 'code'),
    isLate: textAt(error, 'code') === 'ETIMEDOUT' && textAt(error, 'syscall') === '',
    status: Number(textAt(error, '$metadata', 'httpStatusCode')),
    retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined,
  };
}

/** The string or number at a path of properties; empty if there is none. */
function textAt(value: unknown, ...path: readonly string[]): string {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return '';
    at = Reflect.get(at, name);
  }
  return typeof at === 'string' || typeof at === 'number' ? String(at) : '';
}
