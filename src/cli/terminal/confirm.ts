import { CommandError, UsageError } from './command-error.ts';
import type { Io } from './io.ts';

/** Asks before something is lost. @throws UsageError if nobody can answer; CommandError if the answer is no */
export async function confirm(question: string, yes: boolean, io: Io): Promise<void> {
  if (yes) return;
  if (io.stdin.isTTY !== true)
    throw new UsageError(`this needs confirmation: ${question}`, 'add --yes to skip the question');
  const { default: ask } = await import('@inquirer/confirm');
  if (!(await ask({ message: question, default: false }, { input: io.stdin, output: io.stderr }))) {
    throw new CommandError('not_confirmed', 'not confirmed', 'nothing was changed');
  }
}

/**
 * As `confirm`, for what cannot be undone: a word must be typed.
 * @throws UsageError if nobody can answer; CommandError if the word is another
 */
export async function confirmByTyping(question: string, word: string, yes: boolean, io: Io): Promise<void> {
  if (yes) return;
  if (io.stdin.isTTY !== true)
    throw new UsageError(`this needs confirmation: ${question}`, 'add --yes to skip the question');
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const typed = await lines.question(`${question} Type ${word} to go on: `);
    if (typed.trim() !== word) throw new CommandError('not_confirmed', 'not confirmed', 'nothing was changed');
  } finally {
    lines.close();
  }
}
