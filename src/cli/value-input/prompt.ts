import { CommandError, UsageError } from '../terminal/errors.ts';
import type { Io } from '../terminal/io.ts';

/**
 * Asks on the terminal and shows nothing of what is typed. The question goes to stderr, so that stdout holds
 * nothing but the result.
 */
export async function promptValue(label: string, io: Io): Promise<string> {
  if (io.stdin.isTTY !== true) throw new UsageError('--prompt needs a terminal', 'pipe the value and use --from-stdin');
  const { default: password } = await import('@inquirer/password');
  const more = watchForMoreLines(io);
  try {
    const text = await password(
      {
        message: `Value of ${label}:`,
        mask: false,
        toggleMask: false,
        theme: { style: { maskedText: '(nothing is shown)' } },
      },
      { input: io.stdin, output: io.stderr },
    );
    if (more.seen())
      throw new CommandError(
        'several_lines',
        'several lines were pasted, and a prompt takes one',
        'use --from-file, or pipe them to --from-stdin; nothing was stored',
      );
    return text;
  } finally {
    more.stop();
  }
}

/** The prompt ends at the first line end; what was pasted behind it would be lost without a word. */
function watchForMoreLines(io: Io): { seen(): boolean; stop(): void } {
  let seen = false;
  let ended = false;
  const onData = (chunk: Uint8Array | string): void => {
    const bytes = Buffer.from(chunk);
    const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
    if (ended || (end >= 0 && end < bytes.byteLength - 1)) seen = true;
    if (end >= 0) ended = true;
  };
  io.stdin.on('data', onData);
  return {
    seen: () => seen,
    stop: () => {
      io.stdin.off('data', onData);
    },
  };
}
