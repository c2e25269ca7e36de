import { styleText } from 'node:util';
import { failureOf } from './errors.ts';
import { printable, type Io } from './io.ts';

/** Tells a failure on stderr, as text or as JSON. @returns the exit code */
export function reportFailure(error: unknown, io: Io, program: string, json: boolean): number {
  const failure = failureOf(error);
  if (json) {
    io.stderr.write(`${JSON.stringify({ error: failure.code, message: failure.message, hint: failure.hint })}\n`);
  } else {
    const head = paint(io, 'red', `${program}: ${failure.code}:`);
    io.stderr.write(
      `${head} ${printable(failure.message)}\n${' '.repeat(program.length + 2)}${printable(failure.hint)}\n`,
    );
  }
  return failure.exitCode;
}

export type Style = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim';

/** Coloured where the stream is a terminal and `NO_COLOR` is not set. */
export function paint(io: Io, style: Style, text: string, stream: 'stdout' | 'stderr' = 'stderr'): string {
  const colours = io[stream].isTTY === true && (io.environment['NO_COLOR'] ?? '') === '';
  return colours ? styleText(style, text, { validateStream: false }) : text;
}
