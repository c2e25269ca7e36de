import { failureCodes, type FailureCode } from './failure-codes.ts';
import type { UnknownOutcome } from './outcome.ts';

const brand = Symbol.for('@kici-dev/secret-backend/BackendError');

export interface BackendErrorDetails {
  /** What failed, for an operator: names and codes, never a value or a credential. */
  readonly detail?: string;
  /** Milliseconds after which the service asked to be called again. */
  readonly retryAfterMs?: number;
}

/**
 * The one error that a backend rejects with. It has no `cause`: the error of a client library may
 * hold a token or a body, so adapters reduce it to a code and a detail of their own wording.
 */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: FailureCode;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: FailureCode, details: BackendErrorDetails = {}) {
    const { meaning, hint } = failureCodes[code];
    super(`${details.detail ?? meaning} [${code}]; ${hint}`);
    this.code = code;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }

  get hint(): string {
    return failureCodes[this.code].hint;
  }

  /** Also true for an error of another copy of this package. */
  static is(error: unknown): error is BackendError {
    return typeof error === 'object' && error !== null && brand in error;
  }

  toOutcome(): UnknownOutcome {
    return {
      status: 'unknown',
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }
}
