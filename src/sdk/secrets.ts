/** Where a secret comes from; never its value. */
export interface SecretMeta {
  /** The backend that supplies it, such as `internal`. */
  readonly backend: string;
  /** The scope in that backend. */
  readonly scope: string;
  /** Opaque; absent until it is known. */
  readonly version?: string;
  /** Age of the value in milliseconds, if it came from a cache. */
  readonly ageMs?: number;
}

export interface SecretFileOptions {
  /** Keys whose values are joined, in this order; at least one. */
  readonly sources: readonly string[];
  /** Written between values. Default: nothing. */
  readonly divider?: string;
  /** Adds a final line end if there is none; OpenSSH needs one to read a key. Default: false. */
  readonly finalNewline?: boolean;
  /** Permission bits. Default: `0o600`. */
  readonly mode?: number;
  /** A plain file name, used once per step. Default: a new one for every file. */
  readonly name?: string;
}

/**
 * The secrets of the job's environment. Nothing is loaded until it is requested by name. `kici types` augments this
 * interface with the existing keys.
 * Methods that take a key reject with `SecretNotFoundError`, `SecretNotSetError` or, if it cannot be determined whether
 * there is a value or what it is, with `SecretUnavailableError`.
 */
export interface StepSecrets {
  /** @throws BinarySecretError if the value is not UTF-8 text: use `mountFile` */
  get(key: string): Promise<string>;
  /**
   * Sets the environment variable of the key's name, for this step and the programs that it starts.
   * @throws EnvironmentNameError if no shell can read the name, or it changes how programs load code
   */
  expose(key: string): Promise<void>;
  /**
   * Whether the environment has a value by this name, as was known when the job began. Loads nothing. While an optional
   * backend whose names nobody knows cannot be queried, it is false for what only that backend could hold; the log says
   * so, and `get` rejects with `SecretUnavailableError`.
   */
  has(key: string): boolean;
  /** `undefined` if there is no such secret, or none that `has` knows of. Loads nothing. */
  getMeta(key: string): SecretMeta | undefined;
  /** Every key, sorted by code unit. Never throws. */
  list(): string[];
  /**
   * Writes the values, byte for byte, to a file in the step's own folder. The file is removed when the step ends,
   * however it ends.
   * @throws SecretFileError
   */
  mountFile(options: SecretFileOptions): Promise<{ path: string }>;
  /**
   * Like `mountFile`, and sets an environment variable to the file's path until the step ends.
   * @throws SecretFileError, EnvironmentNameError
   */
  exposeFile(variable: string, options: SecretFileOptions): Promise<{ path: string }>;
}
