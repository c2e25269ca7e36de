import { styleText } from 'node:util';
import { apiErrors, isApiErrorCode } from '../../api/api-error.ts';
import { errorTrail } from '../../api/error-trail.ts';
import { failureOf } from './command-error.ts';
import { printable, type Io } from './io.ts';

/** Whether the orchestrator's log explains it further: it has a line for each answer that it is at fault for. */
function isLogged(code: string): boolean {
  return code === 'bad_answer' || (isApiErrorCode(code) && apiErrors[code].status >= 500);
}

/**
 * Reports a failure on stderr, as text or JSON.
 * @param debug adds where in the program it happened, with no messages but our own
 * @returns the exit code
 */
export function reportFailure(error: unknown, io: Io, program: string, json: boolean, debug = false): number {
  const failure = failureOf(error);
  if (json) {
    const { code, message, hint, cause, requestId } = failure;
    const trail = debug ? { trail: errorTrail(error) } : {};
    io.stderr.write(`${JSON.stringify({ error: code, message, hint, ...cause, requestId, ...trail })}\n`);
  } else {
    const head = paint(io, 'red', `${program}: ${failure.code}:`);
    io.stderr.write(
      `${head} ${printable(failure.message)}\n${' '.repeat(program.length + 2)}${printable(failure.hint)}\n`,
    );
    if (failure.requestId !== undefined && (debug || isLogged(failure.code)))
      io.stderr.write(`${' '.repeat(program.length + 2)}request id ${failure.requestId}\n`);
    if (debug) io.stderr.write(`${errorTrail(error).split('\n').map(printable).join('\n')}\n`);
  }
  return failure.exitCode;
}

export type Style = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim';

export function paint(io: Io, style: Style, text: string, stream: 'stdout' | 'stderr' = 'stderr'): string {
  return isColored(io, stream) ? styleText(style, text, { validateStream: false }) : text;
}

/** `FORCE_COLOR` decides, as in Node.js; then `NO_COLOR`; then whether it is a terminal with colours. */
function isColored({ environment, ...streams }: Io, stream: 'stdout' | 'stderr'): boolean {
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return streams[stream].isTTY === true && environment['TERM'] !== 'dumb';
}
