import type { FailureCode } from './failure-codes.ts';
import type { Failure, FailureReason } from './failure-reasons.ts';
import type { SecretValue } from './secret-value.ts';

/**
 * The result of reading one secret. `absent` is knowledge: the service proved that there is no value. `unknown` is the
 * lack of it, and must never be treated as absence.
 */
export type ReadOutcome = FoundOutcome | AbsentOutcome | UnknownOutcome;

export interface FoundOutcome {
  readonly status: 'found';
  readonly value: SecretValue;
  readonly version?: string;
  /**
   * For a value that the service created for us and will revoke. Reserved: the host passes it on, but nothing uses it
   * yet.
   */
  readonly lease?: Lease;
}

/** How long a value is valid, for services that create credentials on request. */
export interface Lease {
  /** The service's identifier for it. */
  readonly id: string;
  /** RFC 3339; the value is invalid from then on. */
  readonly expiresAt: string;
  /** Whether the service can extend it. */
  readonly renewable: boolean;
}

export interface AbsentOutcome {
  readonly status: 'absent';
}

export interface UnknownOutcome extends Failure {
  readonly status: 'unknown';
  /** For an operator; never holds a value or credential. */
  readonly detail?: string;
  /** Milliseconds that the service asked to wait before the next call. */
  readonly retryAfterMs?: number;
}

export const absent: AbsentOutcome = Object.freeze({ status: 'absent' });

export function found(value: SecretValue, version?: string, lease?: Lease): FoundOutcome {
  return {
    status: 'found',
    value,
    ...(version !== undefined && { version }),
    ...(lease !== undefined && { lease }),
  };
}

export function unknown(code: FailureCode, detail?: string, reason?: FailureReason): UnknownOutcome {
  return {
    status: 'unknown',
    code,
    ...(detail !== undefined && { detail }),
    ...(reason !== undefined && { reason }),
  };
}
