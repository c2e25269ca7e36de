/** Where a secret comes from; never its value. */
export interface SecretMeta {
  /** The backend that supplies it, such as `internal`. */
  readonly backend: string;
  /** The scope within the backend. */
  readonly scope: string;
  /** Opaque; once it is known. */
  readonly version?: string;
  /** How old the value is in milliseconds, where it came from a cache. */
  readonly ageMs?: number;
}

export interface SecretFileOptions {
  /** Keys whose values are joined, in this order; at least one. */
  readonly sources: readonly string[];
  /** Written between two values. Default: nothing. */
  readonly divider?: string;
  /** Ends the file with a line end, where it has none: OpenSSH reads no key without it. Default: false. */
  readonly finalNewline?: boolean;
  /** Permission bits. Default: `0o600`. */
  readonly mode?: number;
  /** A plain file name, used once in a step. Default: a new one for every file. */
  readonly name?: string;
}

/**
 * The secrets of the job's environment. Nothing is loaded until it is asked for by name. `kici types` augments this
 * interface with the keys that exist.
 *
 * Methods that take a key reject with `SecretNotFoundError`, `SecretNotSetError` or, when it cannot be determined
 * whether there is a value or what it is, with `SecretUnavailableError`.
 */
export interface StepSecrets {
  /** @throws BinarySecretError when the value is not UTF-8 text: use `mountFile` */
  get(key: string): Promise<string>;
  /**
   * Sets the environment variable of the key's name, for this step and the programs that it starts.
   * @throws EnvironmentNameError when no shell can read the name, or it changes how programs load code
   */
  expose(key: string): Promise<void>;
  /** Whether the environment has a value by this name. Loads nothing. */
  has(key: string): boolean;
  /** `undefined` when there is no such secret. Loads nothing. */
  getMeta(key: string): SecretMeta | undefined;
  /** Every key, sorted by code unit. Never throws. */
  list(): string[];
  /**
   * Writes the values, byte for byte, to a file of the step's own folder. The file is gone when the step ends, however
   * it ends.
   * @throws SecretFileError
   */
  mountFile(options: SecretFileOptions): Promise<{ path: string }>;
  /**
   * `mountFile`, and the file's path in an environment variable until the step ends.
   * @throws SecretFileError, EnvironmentNameError
   */
  exposeFile(variable: string, options: SecretFileOptions): Promise<{ path: string }>;
}
