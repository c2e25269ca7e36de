import { describeFailure, hintOf, whyOf, type Failure } from '@kici-dev/secret-backend';

export type ResolverErrorCode = 'secret_not_found' | 'secret_unavailable' | 'secret_not_set' | 'catalogue_unavailable';

const brand = Symbol.for('@kici-dev/secret-federation/ResolverError');

/** Why a resolver has no value. Distinct codes keep an outage from being mistaken for absence. */
export class ResolverError extends Error {
  override readonly name = 'ResolverError';
  readonly code: ResolverErrorCode;

  /** The backend failure behind it, if there is one. */
  readonly failure: Failure | undefined;

  constructor(code: ResolverErrorCode, message: string, { code: failed, reason, about }: Partial<Failure> = {}) {
    super(message);
    this.code = code;
    this.failure = failed === undefined ? undefined : { code: failed, ...whyOf({ reason, about }) };
    Object.defineProperty(this, brand, { value: true });
  }

  /** Also true for an error from another copy of this package. */
  static is(error: unknown): error is ResolverError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

export function notFound(key: string, near: readonly string[]): ResolverError {
  return new ResolverError(
    'secret_not_found',
    `no backend has the secret ${key}${near.length === 0 ? '' : `; near it: ${near.join(', ')}`}`,
  );
}

export function notSet(key: string, backend: string, scope: string): ResolverError {
  return new ResolverError(
    'secret_not_set',
    `the secret ${key} is declared in ${backend}:${scope} and has no value yet; set one there`,
  );
}

export function unavailable(key: string, backend: string, scope: string, failure: Failure): ResolverError {
  return new ResolverError(
    'secret_unavailable',
    `the secret ${key} of ${backend}:${scope} is unavailable: ${describeFailure(failure)}; ${hintOf(failure)}`,
    failure,
  );
}

export function catalogueUnavailable(backend: string, failure: Failure): ResolverError {
  return new ResolverError(
    'catalogue_unavailable',
    `the names of the required backend ${backend} cannot be listed: ${describeFailure(failure)}; ${hintOf(failure)}`,
    failure,
  );
}
