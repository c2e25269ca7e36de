import { CommandError, UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import { PasteGuard } from './paste-guard.ts';

/** Asks on the terminal without echo. The question goes to stderr, so that stdout holds only the result. */
export async function promptValue(label: string, io: Io): Promise<string> {
  if (io.stdin.isTTY !== true) throw new UsageError('--prompt needs a terminal', 'pipe the value and use --from-stdin');
  const { default: password } = await import('@inquirer/password');
  const input = new PasteGuard(io);
  let text: string;
  try {
    text = await password(
      {
        message: `Value of ${label}:`,
        mask: false,
        toggleMask: false,
        theme: { style: { maskedText: '(nothing is shown)' } },
      },
      { input, output: io.stderr },
    );
  } finally {
    await input.release();
  }
  if (input.more)
    throw new CommandError(
      'several_lines',
      'several lines were pasted, and a prompt takes one',
      'use --from-file, or pipe them to --from-stdin; nothing was stored',
    );
  return text;
}
