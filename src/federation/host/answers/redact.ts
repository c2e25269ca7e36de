import { BackendError, isFailureCode, type SecretValue } from '@kici-dev/secret-backend';

const longestDetail = 300;
/** Shorter values occur in any text by chance. */
const shortestSecret = 4;

/**
 * Reduces whatever an adapter threw to a code, with the adapter's own wording only where it followed the contract.
 * The error itself goes no further: its message, cause or properties may hold a value or a credential.
 */
export class Redactor {
  readonly #secrets: readonly SecretValue[];

  /** @param secrets values that the adapter knows: no detail that holds one passes */
  constructor(secrets: readonly SecretValue[]) {
    this.#secrets = secrets;
  }

  /** For a call that hands the adapter a value. */
  with(value: SecretValue): Redactor {
    return new Redactor([...this.#secrets, value]);
  }

  error(thrown: unknown): BackendError {
    try {
      if (!BackendError.is(thrown))
        return new BackendError('bad_answer', { detail: 'the adapter threw something that is not a BackendError' });
      const code: unknown = thrown.code;
      if (typeof code === 'string' && isFailureCode(code)) return new BackendError(code, this.details(thrown));
    } catch {
      // An error whose properties throw is as good as one without them.
    }
    return new BackendError('bad_answer', { detail: 'the adapter failed with a code that does not exist' });
  }

  details({ detail, retryAfterMs }: { readonly detail?: unknown; readonly retryAfterMs?: unknown }): {
    readonly detail?: string;
    readonly retryAfterMs?: number;
  } {
    const wording = this.#wording(detail);
    return {
      ...(wording === undefined ? {} : { detail: wording }),
      ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 && Number.isFinite(retryAfterMs)
        ? { retryAfterMs }
        : {}),
    };
  }

  #wording(detail: unknown): string | undefined {
    if (typeof detail !== 'string' || detail === '') return undefined;
    const tells = this.#secrets.some((secret) => {
      const text = secret.byteLength < shortestSecret ? undefined : secret.text();
      return text !== undefined && detail.includes(text);
    });
    if (tells) return undefined;
    return detail.slice(0, longestDetail).replace(/[^\x20-\x7e]/g, '?');
  }
}
