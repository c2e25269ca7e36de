import {
  BackendError,
  isTransient,
  type BackendErrorDetails,
  type CallContext,
  type FailureCode,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';

/**
 * What the services call their failures, and the codes for it. Sources: the API model
 * secretsmanager/2017-10-17, the common errors of AWS, the Security Token Service's API model.
 * All but 5xx come with status 400 (emulators differ), so only the name counts.
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

const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EPROTO',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A failure that keeps what the service called it, one of the names above. */
export class AwsError extends BackendError {
  readonly reason: string | undefined;

  constructor(code: FailureCode, reason: string | undefined, details: BackendErrorDetails) {
    super(code, details);
    this.reason = reason;
  }
}

export function isReason(error: unknown, ...reasons: readonly string[]): error is AwsError {
  return error instanceof AwsError && error.reason !== undefined && reasons.includes(error.reason);
}

/** For operations that reject where a read has an outcome. */
export function errorOf({ code, detail, retryAfterMs }: UnknownOutcome): BackendError {
  return new BackendError(code, {
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The code for a failure as the service names it; undefined for a name that is none of its own. */
export function codeOfName(name: string): FailureCode | undefined {
  return codes.get(name);
}

/**
 * Reduces whatever the SDK threw to a code and words of our own: its message may quote the body, and its
 * hidden `$response` holds the signature.
 */
export function toBackendError(
  error: unknown,
  operation: string,
  context: Pick<CallContext, 'signal' | 'deadline'>,
  now: number,
): BackendError {
  if (context.signal.aborted) return cancelled(operation, context, now);
  // The SDK hangs its own things on errors that pass through it.
  if (BackendError.is(error)) return errorOf(error.toOutcome());
  const facts = factsOf(error);
  // A connection that is reset before the headers is *named* TimeoutError: the code comes first.
  if (networkCodes.has(facts.code))
    return new AwsError('unreachable', undefined, { detail: `${operation}: ${facts.code}` });
  if (facts.name === 'TimeoutError' || facts.code === 'ETIMEDOUT')
    return new AwsError('timeout', undefined, { detail: `${operation}: no answer in time` });
  if (facts.name === 'SyntaxError')
    return new AwsError(codeOfStatus(facts.status), undefined, { detail: `${operation}: the answer is not JSON` });
  const code = codeOfName(facts.name);
  if (code === undefined)
    return new AwsError(codeOfStatus(facts.status), undefined, {
      detail: `${operation}: a failure without a known name, HTTP status ${facts.status}`,
    });
  return new AwsError(code, facts.name, {
    detail: `${operation}: ${facts.name}`,
    ...(facts.retryAfterMs === undefined || !isTransient(code) ? {} : { retryAfterMs: facts.retryAfterMs }),
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

/** For an error without a name or a page without JSON, which is a proxy's or a load balancer's. */
function codeOfStatus(status: number): FailureCode {
  if (status >= 500) return 'server_error';
  return status === 429 ? 'throttled' : 'bad_answer';
}

interface ErrorFacts {
  readonly name: string;
  readonly code: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;
}

function factsOf(error: unknown): ErrorFacts {
  const retryAfter = Number(textAt(error, '$response', 'headers', 'retry-after'));
  return {
    name: textAt(error, 'name'),
    code: textAt(error, 'code'),
    status: Number(textAt(error, '$metadata', 'httpStatusCode')),
    retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined,
  };
}

/** The string or number at a path of properties; empty where there is none. */
function textAt(value: unknown, ...path: readonly string[]): string {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return '';
    at = Reflect.get(at, name);
  }
  return typeof at === 'string' || typeof at === 'number' ? String(at) : '';
}
