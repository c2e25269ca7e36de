import {
  BackendError,
  connectionReason,
  type CallContext,
  type FailureCode,
  type FailureReason,
  type Why,
} from '@kici-dev/secret-backend';
import { interrupted } from './interruption.ts';
import { property } from './property.ts';
import { googleStatusOf, isNetworkError, retryAfterMs, rootBackendError } from './sdk-error.ts';

/** google.rpc.Code, which gRPC sends by number and REST by name. */
export type Status = keyof typeof failureOf;

/** What the service's status means for a call. FAILED_PRECONDITION on a read is investigated where it occurs. */
const failureOf = {
  CANCELLED: 'unreachable',
  UNKNOWN: 'server_error',
  INVALID_ARGUMENT: 'invalid_argument',
  DEADLINE_EXCEEDED: 'timeout',
  NOT_FOUND: 'not_found',
  ALREADY_EXISTS: 'conflict',
  PERMISSION_DENIED: 'permission_denied',
  RESOURCE_EXHAUSTED: 'throttled',
  FAILED_PRECONDITION: 'conflict',
  ABORTED: 'conflict',
  OUT_OF_RANGE: 'invalid_argument',
  UNIMPLEMENTED: 'bad_answer',
  INTERNAL: 'server_error',
  UNAVAILABLE: 'server_error',
  DATA_LOSS: 'corrupt',
  UNAUTHENTICATED: 'unauthenticated',
} as const satisfies Record<string, FailureCode>;

/** The right that a refusal of each operation concerns; unlisted operations change something. */
const refusals = new Map<string, FailureReason>([
  ['ListSecrets', 'list_refused'],
  ['ListSecretVersions', 'list_refused'],
  ['AccessSecretVersion', 'read_refused'],
  ['GetSecret', 'read_refused'],
  ['GetSecretVersion', 'read_refused'],
  ['TestIamPermissions', 'read_refused'],
]);

/** By number; zero is OK. Source: google/rpc/code.proto. */
const statuses: readonly (Status | undefined)[] = [
  undefined,
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** Why a call brought no answer. */
export interface ServiceFailure {
  /** What the service said; `undefined` if it said nothing, so that nothing may be concluded. */
  readonly status: Status | undefined;
  readonly error: BackendError;
}

/** @param error from the client library; it holds tokens and payloads, so nothing of it is kept */
export function toFailure(error: unknown, operation: string, context: CallContext, now: number): ServiceFailure {
  const own = rootBackendError(error);
  if (own !== undefined) return { status: undefined, error: own };
  if (context.signal.aborted)
    return {
      status: undefined,
      error: interrupted(context, now, `${operation} timed out or was cancelled`),
    };
  const code: unknown = property(error, 'code');
  const number = typeof code === 'number' ? code : 0;
  const status = isSaidByService(error, number) ? statuses[number] : undefined;
  if (status === undefined) {
    const failure = unsaid(error, number);
    return {
      status,
      error: new BackendError(failure, {
        ...whyUnsaid(error, failure),
        detail: `${operation}: ${whatHappened[failure]}`,
      }),
    };
  }
  const wait = retryAfterMs(error);
  return {
    status,
    error: new BackendError(failureOf[status], {
      ...(status === 'PERMISSION_DENIED' && { reason: refusals.get(operation) ?? 'write_refused' }),
      detail: `Secret Manager answered ${operation} with ${status}`,
      ...(wait !== undefined && { retryAfterMs: wait }),
    }),
  };
}

/** Statuses that the gRPC library itself reports when a connection or an answer breaks. Source: @grpc/grpc-js 1.14. */
const alsoLocal: readonly (Status | undefined)[] = [
  'CANCELLED',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
];

/**
 * The client library also numbers what went wrong before or after the service answered. In gRPC its own errors have no
 * headers. In REST the number comes from the HTTP status whatever the body, so that a proxy's 404 page would pass for
 * NOT_FOUND; the body must therefore hold the service's name of the status.
 */
function isSaidByService(error: unknown, number: number): boolean {
  const http: unknown = property(error, 'httpStatusCode');
  // A refusal counts whether the service or a proxy sends it; the library does not keep its body.
  if (typeof http === 'number')
    return http === 401 || http === 403 || http === 429 || googleStatusOf(error) === statuses[number];
  const metadata: unknown = property(error, 'metadata');
  if (metadata !== undefined && !alsoLocal.includes(statuses[number])) return true;
  const get: unknown = property(metadata, 'get');
  const contentType: unknown = typeof get === 'function' ? Reflect.apply(get, metadata, ['content-type']) : [];
  return Array.isArray(contentType) && contentType.length > 0;
}

type Unsaid = 'timeout' | 'unreachable' | 'server_error' | 'bad_answer' | 'too_large';

const whatHappened: Readonly<Record<Unsaid, string>> = {
  timeout: 'no answer in time',
  unreachable: 'no connection, or it broke off',
  server_error: 'the service, or a proxy before it, failed',
  bad_answer: 'the response is not one that Secret Manager sends',
  too_large: 'the answer was rejected: it is too large',
};

/** gRPC describes a connection only in its text. */
function whyUnsaid(error: unknown, failure: Unsaid): Why {
  if (failure !== 'unreachable') return {};
  const why = connectionReason(error);
  const details: unknown = property(error, 'details');
  return why.reason === undefined && typeof details === 'string' ? connectionReason({ message: details }) : why;
}

function unsaid(error: unknown, number: number): Unsaid {
  const http: unknown = property(error, 'httpStatusCode');
  if (typeof http === 'number') return http >= 500 ? 'server_error' : 'bad_answer';
  if (statuses[number] === 'DEADLINE_EXCEEDED') return 'timeout';
  if (isNetworkError(error)) return 'unreachable';
  const details: unknown = property(error, 'details');
  // Only errors of the gRPC library have text here. INTERNAL is a broken stream, or an answer that does not parse.
  if (typeof details !== 'string') return 'bad_answer';
  if (statuses[number] === 'RESOURCE_EXHAUSTED' && details.includes('larger than')) return 'too_large';
  if (statuses[number] === 'UNAVAILABLE' || statuses[number] === 'CANCELLED') return 'unreachable';
  return statuses[number] === 'INTERNAL' && !details.startsWith('Response message parsing error')
    ? 'server_error'
    : 'bad_answer';
}
