import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { maxVariableBytes, ShellError, type ShellErrorCode, type ShellOutput } from '@kici-dev/sdk';
import { environmentBytes } from '../../environment/variable-size.ts';
import { systemCode } from '../../agent-error.ts';
import type { CallSite } from './call-site.ts';

/** How a command ended. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not_started'; readonly error: Error };

/** The code that a shell would report. */
export function exitCodeOf(ending: Ending): number {
  if (ending.kind === 'exited') return ending.code;
  if (ending.kind === 'signalled') return 128 + constants.signals[ending.signal];
  return systemCode(ending.error) === 'ENOENT' ? 127 : 126;
}

export function signalOf(ending: Ending): NodeJS.Signals | null {
  return ending.kind === 'signalled' ? ending.signal : null;
}

export interface Failed {
  readonly shown: string;
  readonly ending: Ending;
  readonly output: ShellOutput;
  /** Why it could not be started. */
  readonly reason: string | undefined;
  /** Its time limit, if that is what ended it. */
  readonly timeoutMs: number | undefined;
  readonly errorLines: readonly string[];
  readonly site: CallSite;
}

/** The error that `ctx.$` throws: the command, why it failed, the end of its error output, and where it was called. */
export function failureOf(failed: Failed): ShellError {
  const { errorLines, site } = failed;
  const [code, what] = whatHappened(failed);
  const { place } = site;
  const told = [
    `the command \`${failed.shown}\` ${what}`,
    ...(errorLines.length === 0 ? [] : ['  the end of its error output:', ...errorLines.map((line) => `    ${line}`)]),
  ].join('\n');
  const error = new ShellError(code, place === undefined ? told : `${told}\n  at ${place}`, failed.output);
  // The error arises where the command ended, but its author looks for the call. Four blanks make a line of a stack.
  error.stack = [`${error.name}: ${told}`, ...(place === undefined ? [] : [`    at ${place}`]), ...site.callers].join(
    '\n',
  );
  return error;
}

/** Why the system could not start a command. */
export function reasonOf(
  error: Error,
  command: { readonly folder: string; readonly script: string; readonly variables: Readonly<Record<string, string>> },
): string {
  const code = systemCode(error) ?? error.message;
  const folder = JSON.stringify(command.folder);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return statSync(command.folder, { throwIfNoEntry: false })?.isDirectory() === true
        ? `there is no bash on PATH, and ctx.$ runs every command in it (${code})`
        : `${folder}, its working directory, is not a folder (${code})`;
    case 'EACCES':
    case 'EPERM':
      return `bash may not be run, or the folder ${folder} not be entered (${code})`;
    case 'E2BIG': {
      const variables = environmentBytes(command.variables);
      return `it has ${Buffer.byteLength(command.script)} bytes and its variables ${variables}; a process takes less than ${maxVariableBytes} in one piece, and about 2 MiB in all (${code}); pass large values as input, ctx.$({ input }), or in a file`;
    }
    default:
      return `the system refuses it (${code})`;
  }
}

function whatHappened({ ending, reason, timeoutMs }: Failed): readonly [ShellErrorCode, string] {
  if (ending.kind === 'not_started') return ['command_not_started', `could not be started: ${reason}`];
  if (timeoutMs !== undefined) return ['command_timed_out', `did not end within its ${timeoutMs} ms`];
  if (ending.kind === 'signalled') return ['command_failed', `was ended by ${ending.signal}`];
  return ['command_failed', `ended with exit code ${ending.code}${meaningOf(ending.code)}`];
}

function meaningOf(code: number): string {
  if (code === 126) return ': a program in it cannot be run';
  if (code === 127) return ': a program in it was not found';
  const signal = Object.entries(constants.signals).find(([, number]) => code === 128 + number)?.[0];
  return signal === undefined ? '' : `: a program in it was ended by ${signal}`;
}
