import type { Clients } from '../session/open-session.ts';
import type { ChildIo } from './child.ts';
import type { Handover } from './handover.ts';

/** What `kici exec` runs a program with. */
export interface ExecOptions extends Handover {
  readonly environment: string;
  /** A program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Whether the output passes through here, so that no handed-over value shows in it. */
  readonly mask: boolean;
  readonly clients: Clients;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** For mounted files; default: the operating system's place. */
  readonly temporary: string | undefined;
  readonly io: ChildIo;
  readonly notice: (message: string) => void;
  /** Ends what is done before the program starts; it is passed on after that. */
  readonly signal: AbortSignal;
}
