import type { FailureCode } from './failure-codes.ts';
import { describeFailure, hintOf, whyOf, type FailureReason, type Why } from './failure-reasons.ts';
import type { UnknownOutcome } from './outcome.ts';

const brand = Symbol.for('@kici-dev/secret-backend/BackendError');

export interface BackendErrorDetails extends Why {
  /** What failed, for an operator: names and codes, never a value or credential. */
  readonly detail?: string;
  /** Milliseconds that the service asked to wait before the next call. */
  readonly retryAfterMs?: number;
}

/**
 * The only error that a backend rejects with. It has no `cause`: a client library's error may hold a token or a body,
 * so adapters reduce it to a code and a detail in their own words.
 */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: FailureCode;
  readonly reason: FailureReason | undefined;
  readonly about: string | undefined;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: FailureCode, details: BackendErrorDetails = {}) {
    const failure = { code, ...whyOf(details) };
    super(`${describeFailure(failure, details.detail)}; ${hintOf(failure)}`);
    this.code = code;
    this.reason = details.reason;
    this.about = details.about;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }

  get hint(): string {
    return hintOf(this);
  }

  /** Also true for an error from another copy of this package. */
  static is(error: unknown): error is BackendError {
    return typeof error === 'object' && error !== null && brand in error;
  }

  toOutcome(): UnknownOutcome {
    return {
      status: 'unknown',
      code: this.code,
      ...whyOf(this),
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }
}

/** @param settings the setting to correct, or several joined by ", " */
export function wrongSetting(settings: string, detail: string): BackendError {
  return new BackendError('misconfigured', { reason: 'setting_wrong', about: settings, detail });
}
