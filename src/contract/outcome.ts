import type { FailureCode } from './failure-codes.ts';
import type { Failure, FailureReason } from './failure-reasons.ts';
import type { SecretValue } from './secret-value.ts';

/**
 * What a read found out. `absent` is knowledge: the service proved that there is no value.
 * `unknown` is the lack of it, and must never be treated as absence.
 */
export type ReadOutcome = FoundOutcome | AbsentOutcome | UnknownOutcome;

export interface FoundOutcome {
  readonly status: 'found';
  readonly value: SecretValue;
  readonly version?: string;
  /**
   * Of a value that the service made for us and takes back. Reserved: the host passes it on, and nobody uses it yet.
   */
  readonly lease?: Lease;
}

/** For how long a value is good, as of a service that makes credentials when they are asked for. */
export interface Lease {
  /** By which the service knows it. */
  readonly id: string;
  /** RFC 3339; the value is no good from then on. */
  readonly expiresAt: string;
  /** Whether the service can be asked to let it last longer. */
  readonly renewable: boolean;
}

export interface AbsentOutcome {
  readonly status: 'absent';
}

export interface UnknownOutcome extends Failure {
  readonly status: 'unknown';
  /** For an operator, without any value or credential. */
  readonly detail?: string;
  /** Milliseconds after which the service asked to be called again. */
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
