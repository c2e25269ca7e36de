import type { StepSecrets } from './secrets.ts';
import type { Shell } from './shell.ts';

/** Writes lines to the step's log. Requested secrets show as `***`, as in everything that a step prints. */
export interface StepLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What a step's function is given. */
export interface StepContext {
  readonly workflow: string;
  readonly job: string;
  readonly step: string;
  readonly secrets: StepSecrets;
  readonly log: StepLog;
  readonly $: Shell;
  /**
   * Sets an environment variable for every later step of the job, like a line in the file `$KICI_ENV`. The last write
   * wins; a name that is a secret of the environment or a locked variable is ignored, with a line in the log.
   * @throws EnvironmentNameError
   */
  setEnv(name: string, value: string): void;
  /**
   * Masks a value of your own like a requested secret, such as one that a tool decrypted or made. Once it resolves, the
   * value and its usual encodings show as `***` in everything that the run prints. A value under four bytes is not
   * masked, and the log says so.
   * @throws MaskError
   */
  mask(value: string | Uint8Array): Promise<void>;
  /** Adds a folder that is searched for programs before all others, in this and every later step of the job. */
  addPath(folder: string): void;
}
