import { SdkError } from './sdk-error.ts';

/** An attempt to read `ctx.secrets.KEY`, which earlier versions had. */
export class SecretPropertyAccessError extends SdkError {
  override readonly name = 'SecretPropertyAccessError';
  readonly code = 'secret_property_access';

  constructor(key: string) {
    super(
      `secrets are not properties of ctx.secrets; call a method:
  const value = await ctx.secrets.get(${JSON.stringify(key)});  // for its value
  if (ctx.secrets.has(${JSON.stringify(key)})) { … }  // for whether there is one`,
      'SecretPropertyAccessError',
    );
  }
}

export type SecretFileErrorCode =
  'no_sources' | 'invalid_options' | 'invalid_file_name' | 'duplicate_file_name' | 'cannot_write';

/** A secret could not become a file. */
export class SecretFileError extends SdkError {
  override readonly name = 'SecretFileError';
  readonly code: SecretFileErrorCode;

  constructor(code: SecretFileErrorCode, message: string) {
    super(message, 'SecretFileError');
    this.code = code;
  }
}

export type EnvironmentNameErrorCode = 'invalid_variable' | 'refused_variable' | 'variable_too_large';

/** A variable that a step cannot, or must not, set. */
export class EnvironmentNameError extends SdkError {
  override readonly name = 'EnvironmentNameError';
  readonly code: EnvironmentNameErrorCode;

  constructor(code: EnvironmentNameErrorCode, message: string) {
    super(message, 'EnvironmentNameError');
    this.code = code;
  }
}
