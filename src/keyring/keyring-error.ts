export type KeyringErrorCode = 'malformed_key' | 'wrong_key' | 'same_key' | 'cannot_read_key' | 'busy';

/** Why the keys cannot be used, with what to do about it. Never holds a key. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
  readonly code: KeyringErrorCode;
  readonly hint: string;

  constructor(code: KeyringErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
