import { SdkError } from './sdk-error.ts';

export type MaskErrorCode = 'invalid_value' | 'mask_limit';

/** A value cannot be kept out of the log; it was not registered. */
export class MaskError extends SdkError {
  override readonly name = 'MaskError';
  readonly code: MaskErrorCode;

  constructor(code: MaskErrorCode, message: string) {
    super(message, 'MaskError');
    this.code = code;
  }
}
