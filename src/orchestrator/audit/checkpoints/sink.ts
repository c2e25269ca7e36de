import { inTime } from '../../../files/in-time.ts';

/** Where checkpoints are kept, away from the database. */
export interface CheckpointSink {
  /** Resolves once they are kept, which for a file means: on its disk. @param lines complete lines of text */
  write(lines: string): Promise<void>;
}

/** A sink did not take a checkpoint. The reason names no credential, and nothing that the sink has said. */
export class CheckpointSinkError extends Error {
  override readonly name = 'CheckpointSinkError';

  /** @param reason a code of the system, or a few words */
  constructor(reason: string) {
    super(`the checkpoint sink did not take a checkpoint: ${reason}`);
  }
}

/** How long a sink may take. */
export const sinkDeadlineMs = 10_000;

/**
 * Gives each write a deadline. What hangs cannot be cancelled everywhere, so nothing is begun until it has ended: a
 * dead disk would take one thread after the other.
 */
export function withDeadline(sink: CheckpointSink, deadlineMs: number = sinkDeadlineMs): CheckpointSink {
  let running: Promise<void> | undefined;
  return {
    async write(lines) {
      if (running !== undefined) throw new CheckpointSinkError('it is still busy with an earlier one');
      running = sink.write(lines).finally(() => {
        running = undefined;
      });
      try {
        await inTime(running, deadlineMs);
      } catch (error) {
        if (error instanceof CheckpointSinkError) throw error;
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
        const isLate = code === 'ETIMEDOUT' || code === 'ABORT_ERR';
        throw new CheckpointSinkError(isLate ? `no answer for ${deadlineMs / 1_000} seconds` : code);
      }
    },
  };
}
