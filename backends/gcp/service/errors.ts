import { BackendError, type CallContext, type FailureCode } from '@kici-dev/secret-backend';

/** Numbers of google.rpc.Code, which gRPC sends and to which the client library maps what REST sends. */
export const status = Object.freeze({
  cancelled: 1, unknown: 2, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, alreadyExists: 6, permissionDenied: 7, resourceExhausted: 8,
  failedPrecondition: 9, aborted: 10, outOfRange: 11, unimplemented: 12, internal: 13, unavailable: 14, dataLoss: 15, unauthenticated: 16,
});

/** Why a call brought no answer. `status` is the service's own word; where it said nothing there is none. */
export interface Failure {
  readonly status: number | undefined;
  readonly error: BackendError;
}

export function toFailure(error: unknown, operation: string, { signal, deadline }: CallContext, now: number): Failure {
  console.error('RAW', error);
  throw error;
}
