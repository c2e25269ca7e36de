interface ErrorKind {
  readonly status: number;
  readonly hint: string;
}

/** Every way in which a request can fail, with its HTTP status and what the caller does next. */
export const apiErrors = Object.freeze({
  invalid_request: { status: 400, hint: 'correct what the message names' },
  unauthenticated: { status: 401, hint: 'set KICI_TOKEN, or run as the user who started the orchestrator' },
  permission_denied: { status: 403, hint: 'ask an owner of the organisation for a token that may do this' },
  operation_disabled: { status: 403, hint: 'use the command that the message shows' },
  not_found: { status: 404, hint: 'check the name; the list command of its kind shows what exists' },
  conflict: { status: 409, hint: 'look at the current state and try again' },
  session_ended: { status: 410, hint: 'run the workflow again: the job\'s session has ended' },
  too_large: { status: 413, hint: 'send less: a value has at most 65536 bytes' },
  unsupported: { status: 422, hint: 'choose a backend that can do this; `kici-admin backend types` shows what each can' },
  backend_unavailable: { status: 503, hint: 'see `kici-admin backend test` for the backend\'s state' },
  audit_unavailable: { status: 503, hint: 'nothing was done: see the orchestrator\'s log for why the audit row could not be written' },
  audit_incomplete: { status: 500, hint: 'the change was made; `kici-admin audit verify` shows its open intent' },
  internal_error: { status: 500, hint: 'see the orchestrator\'s log under the request id' },
} satisfies Record<string, ErrorKind>);

export type ApiErrorCode = keyof typeof apiErrors;

/** The client's own ways to fail, before there is an answer. */
export const clientErrors = Object.freeze({
  unreachable: { hint: 'start it with `kici-orchestrator`, or point KICI_URL to where it runs' },
  bad_answer: { hint: 'check that KICI_URL points to an orchestrator and not to a proxy\'s page' },
});

export type CallErrorCode = ApiErrorCode | keyof typeof clientErrors;

const brand = Symbol.for('@kici-dev/kici/ApiError');

/** Thrown by handlers, sent as JSON, and thrown again by the client. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: CallErrorCode;
  readonly hint: string;

  constructor(code: CallErrorCode, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint ?? { ...apiErrors, ...clientErrors }[code].hint;
    Object.defineProperty(this, brand, { value: true });
  }

  static is(error: unknown): error is ApiError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

export function isApiErrorCode(code: string): code is ApiErrorCode {
  return Object.hasOwn(apiErrors, code);
}
