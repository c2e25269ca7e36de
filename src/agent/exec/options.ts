import type { Limits } from '../limits/limits.ts';
import type { ApiClient } from '../../api/client.ts';
import type { ChildIo } from './child.ts';
import type { Handover } from './handover.ts';

/** What `kici exec` runs a program with. */
export interface ExecOptions extends Handover {
  readonly environment: string;
  /** A program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Whether output passes through the masker, so that no value handed over shows in it. */
  readonly mask: boolean;
  readonly limits: Limits;
  readonly client: ApiClient;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** For mounted files; default: the operating system's folder. */
  readonly temporary: string | undefined;
  readonly io: ChildIo;
  readonly notice: (message: string) => void;
  /** Cancels what happens before the program starts; after that it is passed on. */
  readonly signal: AbortSignal;
}
