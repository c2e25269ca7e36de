import { constants } from 'node:os';
import { AgentError } from '../../agent/agent-error.ts';
import type { Io } from '../terminal/io.ts';
import { reportFailure } from '../terminal/report.ts';
import { commandErrorOf } from './agent-errors.ts';
import { onParentGone } from './parent.ts';
import { programName } from './program.ts';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs work that a signal cancels; a lost parent counts as SIGTERM.
 * @param work returns an exit code, or that it was cancelled
 * @returns the exit code; for cancelled work 128 plus the signal's number, as in shells: 130 after Ctrl-C
 */
export async function untilSignal(
  io: Io,
  json: boolean,
  work: (signal: AbortSignal) => Promise<number | 'cancelled'>,
): Promise<number> {
  const abort = new AbortController();
  let received: (typeof endings)[number] | undefined;
  const cancel = (signal: (typeof endings)[number]): void => {
    received ??= signal;
    abort.abort();
  };
  const codeOf = (): number => (received === undefined ? 1 : 128 + constants.signals[received]);
  for (const ending of endings) process.on(ending, cancel);
  // Whoever else listens hears it too, such as the program of `kici exec` that has survived a Ctrl-C.
  const endWatch = onParentGone(io.environment, () => process.emit('SIGTERM', 'SIGTERM'));
  try {
    const result = await work(abort.signal);
    return result === 'cancelled' ? codeOf() : result;
  } catch (error) {
    if (!(error instanceof AgentError && error.code === 'cancelled')) throw error;
    reportFailure(commandErrorOf(error), io, programName, json);
    return codeOf();
  } finally {
    endWatch();
    for (const ending of endings) process.removeListener(ending, cancel);
  }
}
