import { writeTo, type Io } from '../../terminal/io.ts';

export type StreamName = 'stdout' | 'stderr';

/** Where a run's text goes. */
export interface JobLog {
  /** What a step of the job prints. @param behind see `Emit` */
  output(job: string, stream: StreamName, bytes: Uint8Array, behind?: (room: Promise<void>) => void): void;
  /** Lines of the agent's own. */
  line(job: string, stream: StreamName, text: string): void;
  /** The job's step prints no more. */
  endLines(job: string): void;
  /** Whether a line that was begun has not ended. */
  isMidLine(): boolean;
}

/** The output of one job at a time, byte for byte as it comes. */
export function plainLog(io: Io): JobLog {
  const atLineStart = { stdout: true, stderr: true };
  return {
    output(_, stream, bytes, behind) {
      writeTo(io[stream], bytes, behind);
      atLineStart[stream] = bytes.at(-1) === 0x0a;
    },
    line(_, stream, text) {
      io[stream].write(`${atLineStart[stream] ? '' : '\n'}${text}\n`);
      atLineStart[stream] = true;
    },
    endLines: () => undefined,
    isMidLine: () => !(atLineStart.stdout && atLineStart.stderr),
  };
}
