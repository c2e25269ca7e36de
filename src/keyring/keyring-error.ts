import { CodedError } from '../errors/coded-error.ts';

export type KeyringErrorCode = 'malformed_key' | 'wrong_key' | 'same_key' | 'cannot_read_key' | 'busy';

/** Why the keys cannot be used, and what to do about it. Never holds a key. */
export class KeyringError extends CodedError<KeyringErrorCode> {
  override readonly name = 'KeyringError';
}
