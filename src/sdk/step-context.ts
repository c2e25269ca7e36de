import type { StepSecrets } from './secrets.ts';
import type { Shell } from './shell.ts';

/** Lines in the step's log. Requested secrets show as `***`, as in everything that a step prints. */
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
   * An environment variable for every later step of the job, as a line in the file `$KICI_ENV` would set it. The last
   * write wins; a name that is a secret of the environment or a locked variable is ignored, with a line in the log.
   * @throws EnvironmentNameError
   */
  setEnv(name: string, value: string): void;
  /**
   * Keeps a value of your own out of the log, as a requested secret is: what a tool decrypted or made. From when it
   * resolves, the value and its usual encodings show as `***` in all that the run prints. Under four bytes it does not,
   * and the log says so.
   * @throws MaskError
   */
  mask(value: string | Uint8Array): Promise<void>;
  /** A folder to look for programs in, before all others, for this step and every later one of the job. */
  addPath(folder: string): void;
}
