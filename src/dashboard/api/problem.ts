import { doubtfulCodes } from '../../api/doubtful-codes.ts';

/** Why a request failed, in the server's words if it gave any, otherwise in ours. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly hint: string;
  readonly status: number;
  readonly requestId: string | undefined;
  /** Whether it may have been done all the same. */
  readonly isDoubtful: boolean;
  /** When it failed, by the clock of this machine: Unix time in milliseconds. */
  readonly at: number = Date.now();
  /** The command that does the same, if a policy refused it here. */
  readonly command: string | undefined;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const text = (name: string): string | undefined => {
      const value = body[name];
      return typeof value === 'string' ? value : undefined;
    };
    super(text('message') ?? `the server answered with status ${status}`);
    this.status = status;
    this.code = text('error') ?? 'bad_answer';
    this.isDoubtful = doubtfulCodes.some((code) => code === this.code);
    this.hint = text('hint') ?? "try again; if it keeps failing, see the orchestrator's log";
    this.requestId = text('requestId');
    this.command = text('cliEquivalent');
  }
}

/** @param isWrite whether it may have been done before the answer was lost */
export function unreachable(isWrite: boolean): Problem {
  return new Problem(0, {
    error: 'unreachable',
    message: isWrite
      ? 'the orchestrator did not answer, so it is not known whether this was done'
      : 'the orchestrator does not answer',
    hint: isWrite
      ? 'what you typed is kept; once the orchestrator answers again, look whether it was done before you send it again'
      : 'what you typed is kept; the page continues when the orchestrator answers again',
  });
}

export function problemOf(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem(0, { error: 'internal_error', message: error instanceof Error ? error.message : String(error) });
}
