type Kind<T> = abstract new (...args: never[]) => T;

const brands = Symbol.for('@kici-dev/sdk/brands');

/**
 * Errors carry the names of their kinds, because a workflow and its runner may hold two copies of this package:
 * `instanceof` and `is` work across copies. No error of this package holds a secret's value.
 */
export abstract class SdkError extends Error {
  abstract readonly code: string;

  constructor(message: string, ...kinds: readonly string[]) {
    super(message);
    Object.defineProperty(this, brands, { value: ['SdkError', ...kinds] });
  }

  /** `instanceof`, as a function. */
  static is<T>(this: Kind<T>, error: unknown): error is T {
    if (typeof error !== 'object' || error === null || !(brands in error)) return false;
    const kinds: unknown = error[brands];
    return Array.isArray(kinds) && kinds.includes(this.name);
  }

  static override [Symbol.hasInstance](this: Kind<SdkError>, error: unknown): boolean {
    return SdkError.is.call(this, error);
  }
}
