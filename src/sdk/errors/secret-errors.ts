import { SdkError } from './sdk-error.ts';

/** Why one key has no value. */
export interface SecretProblem {
  readonly key: string;
  /** `refused`: the job states its keys, and this is not one of them. */
  readonly status: 'not_found' | 'refused' | 'not_set' | 'unavailable';
  readonly backend?: string;
  readonly scope?: string;
  /** Why it is unavailable: a stable code such as `timeout` or `permission_denied`. */
  readonly code?: string;
  /** The more exact reason, such as `connection_refused`, if known. */
  readonly reason?: string;
  readonly hint?: string;
}

/** A requested secret has no value. */
export abstract class SecretAccessError extends SdkError {
  /** Every requested key that has no value. */
  readonly problems: readonly SecretProblem[];

  constructor(kind: string, message: string, problems: readonly SecretProblem[]) {
    super(message, 'SecretAccessError', kind);
    this.problems = problems;
  }
}

/** The job has no such secret: every backend that could hold it says so, or the job states its keys without it. */
export class SecretNotFoundError extends SecretAccessError {
  override readonly name = 'SecretNotFoundError';
  readonly code = 'secret_not_found';
  /** Every missing key. */
  readonly keys: readonly string[];

  constructor(message: string, problems: readonly SecretProblem[]) {
    super('SecretNotFoundError', message, problems);
    this.keys = problems.flatMap(({ key, status }) => (status === 'not_found' || status === 'refused' ? [key] : []));
  }

  /** The first missing key. */
  get key(): string {
    return this.keys[0] ?? '';
  }
}

/** Whether there is a value, or what it is, could not be determined. Never a sign that the secret is missing. */
export class SecretUnavailableError extends SecretAccessError {
  override readonly name = 'SecretUnavailableError';
  /** The first unavailable key; the following fields describe it. */
  readonly key: string;
  readonly backend: string;
  readonly scope: string;
  /** Why: a stable code such as `timeout` or `permission_denied`. */
  readonly code: string;
  /** The more exact reason, such as `connection_refused`; empty if unknown. */
  readonly reason: string;
  readonly hint: string;

  constructor(message: string, problems: readonly SecretProblem[]) {
    super('SecretUnavailableError', message, problems);
    const first = problems.find(({ status }) => status === 'unavailable');
    this.key = first?.key ?? '';
    this.backend = first?.backend ?? '';
    this.scope = first?.scope ?? '';
    this.code = first?.code ?? '';
    this.reason = first?.reason ?? '';
    this.hint = first?.hint ?? '';
  }
}

/** The name is declared, but nobody has set a value yet. */
export class SecretNotSetError extends SecretAccessError {
  override readonly name = 'SecretNotSetError';
  readonly code = 'secret_not_set';

  constructor(message: string, problems: readonly SecretProblem[]) {
    super('SecretNotSetError', message, problems);
  }

  get key(): string {
    return this.problems[0]?.key ?? '';
  }
}

/**
 * The value is not text, so it cannot be a string or an environment variable; `mountFile` delivers it byte for byte.
 */
export class BinarySecretError extends SdkError {
  override readonly name = 'BinarySecretError';
  readonly code = 'secret_binary';
  readonly key: string;

  constructor(key: string, problem: string) {
    super(
      `the secret ${key} ${problem}; use ctx.secrets.mountFile({ sources: ['${key}'] }), which delivers it byte for byte`,
      'BinarySecretError',
    );
    this.key = key;
  }
}
