import type { Failure } from '@kici-dev/secret-backend';

interface ErrorKind {
  readonly status: number;
  /** What happened. */
  readonly meaning: string;
  /** What the caller should do next. */
  readonly hint: string;
}

/** Every way in which a request can fail, with its HTTP status, its meaning, and what to do next. */
export const apiErrors = Object.freeze({
  invalid_request: {
    status: 400,
    meaning: 'the request, or a name in it, is not valid for the operation',
    hint: 'correct what the message names',
  },
  unauthenticated: {
    status: 401,
    meaning: 'no token was sent, or it is unknown, revoked or expired',
    hint: 'set KICI_TOKEN, or run as the user who started the orchestrator',
  },
  permission_denied: {
    status: 403,
    meaning: 'the token is valid but may not do this, or not here',
    hint: 'ask an owner of the organization for a token that may do this',
  },
  host_not_allowed: {
    status: 421,
    meaning:
      "the request was addressed to a host name that is not one of the orchestrator's, as in a DNS rebinding attack",
    hint: 'use the address that the orchestrator listens on, or start it with --public-url or KICI_PUBLIC_URL set to the URL by which others reach it',
  },
  origin_not_allowed: {
    status: 403,
    meaning: "a browser sent the request on behalf of a page that is not the orchestrator's own",
    hint: 'if the page is its own, start the orchestrator with --public-url or KICI_PUBLIC_URL set to the URL that the browser shows',
  },
  operation_disabled: {
    status: 403,
    meaning: 'a policy of the organization, or a lock, does not allow this operation here',
    hint: 'use the command that the message shows',
  },
  not_found: {
    status: 404,
    meaning: 'nothing has the given name',
    hint: 'check the name; the list command of its kind shows what exists',
  },
  conflict: {
    status: 409,
    meaning: 'it already exists, is still in use, or was changed by somebody else in the meantime',
    hint: 'look at the current state and try again',
  },
  session_ended: {
    status: 410,
    meaning: 'the job is over, or the token that opened it was revoked, has expired or has lost permissions',
    hint: "run the workflow again: the job's session has ended",
  },
  too_large: {
    status: 413,
    meaning: 'the value or the request is too large',
    hint: 'send less: a value has at most 65536 bytes',
  },
  unsupported: {
    status: 422,
    meaning: 'the backend cannot do what was asked',
    hint: 'choose a backend that can do this; `kici-admin backend types` shows what each can do',
  },
  backend_unavailable: {
    status: 503,
    meaning: 'a required backend could not be queried; no other backend was used in its place',
    hint: "see `kici-admin backend test` for the backend's state",
  },
  database_unavailable: {
    status: 503,
    meaning:
      'the database of the orchestrator could not be reached, or its disk has not taken what was written; a change that was under way is made or not made',
    hint: 'try again in a few seconds: a server that comes back needs no restart',
  },
  too_many_requests: {
    status: 429,
    meaning: 'too many attempts were made, or too many of these are open',
    hint: 'wait a minute and try again',
  },
  audit_unavailable: {
    status: 503,
    meaning: 'the audit log could not be written before the operation, so it was not begun',
    hint: "nothing was done: see the orchestrator's log for why the audit row could not be written",
  },
  audit_incomplete: {
    status: 500,
    meaning: 'the change was made, and its outcome could not be written to the audit log',
    hint: 'the change was made; `kici-admin audit verify` shows its open intent',
  },
  checkpoint_sink_failed: {
    status: 503,
    meaning: 'the place where checkpoints of the audit log are kept did not take one',
    hint: 'see KICI_AUDIT_SINK and the disk or the server that it names; the orchestrator tries again every few seconds',
  },
  tampered: {
    status: 500,
    meaning:
      'a row of the database that grants or decides something is not as the orchestrator wrote it; it is refused, and nothing takes its place',
    hint: 'find out who can write the database; then restore a backup, or accept the rows as they are with `kici-orchestrator reseal`',
  },
  internal_error: {
    status: 500,
    meaning: 'a fault in the orchestrator',
    hint: "see the orchestrator's log under the request id",
  },
} satisfies Record<string, ErrorKind>);

export type ApiErrorCode = keyof typeof apiErrors;

/** Failures of the client itself, before there is an answer. */
export const clientErrors = Object.freeze({
  unreachable: {
    meaning: "nothing answers at the orchestrator's address",
    hint: 'start it with `kici-orchestrator`, or point KICI_URL to where it runs',
  },
  bad_answer: {
    meaning: "the server at the orchestrator's address is not an orchestrator",
    hint: "check that KICI_URL points to an orchestrator, not to a proxy's page",
  },
});

export type CallErrorCode = ApiErrorCode | keyof typeof clientErrors;

/** What the dashboard may not do, and how to do it instead. */
export interface DisabledOperation {
  readonly operation: string;
  readonly category: string;
  /** Ready to paste into a shell. */
  readonly cliEquivalent: string | undefined;
}

export interface ApiErrorDetails {
  /** The backend failure behind it. */
  readonly failure?: Failure | undefined;
  /** The id that the request was sent with, by which logs name it; set by the client. */
  readonly requestId?: string | undefined;
  /** Set with `operation_disabled`. */
  readonly disabled?: DisabledOperation | undefined;
  /** How long whoever answered wants to be left alone, in milliseconds; set by the client. */
  readonly retryAfterMs?: number | undefined;
}

const brand = Symbol.for('@kici-dev/kici/ApiError');

/** Thrown by handlers, sent as JSON, and thrown again by the client. */
export class ApiError extends Error implements ApiErrorDetails {
  override readonly name = 'ApiError';
  readonly code: CallErrorCode;
  readonly hint: string;
  readonly failure: Failure | undefined;
  readonly requestId: string | undefined;
  readonly disabled: DisabledOperation | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: CallErrorCode, message: string, hint?: string, details: ApiErrorDetails = {}) {
    super(message);
    this.code = code;
    this.hint = hint ?? { ...apiErrors, ...clientErrors }[code].hint;
    const { failure, requestId, disabled, retryAfterMs } = details;
    // Copied field by field, since it may be an error.
    this.failure =
      failure === undefined ? undefined : { code: failure.code, reason: failure.reason, about: failure.about };
    this.requestId = requestId;
    this.disabled = disabled;
    this.retryAfterMs = retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }

  static is(error: unknown): error is ApiError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

export function isApiErrorCode(code: string): code is ApiErrorCode {
  return Object.hasOwn(apiErrors, code);
}
