import type { Pace } from '../../../agent/run/events.ts';
import { writeTo, type Io } from '../../terminal/io.ts';

export type StreamName = 'stdout' | 'stderr';

export interface JobLog {
  /** Prints output of the job's step. */
  output(job: string, stream: StreamName, bytes: Uint8Array, pace?: Pace): void;
  /** Prints a line from the agent itself. */
  line(job: string, stream: StreamName, text: string): void;
  /** To be called when the job's step prints no more. */
  endLines(job: string): void;
  /** Whether the log ends in the middle of a line. */
  isMidLine(): boolean;
}

/** The output of one job at a time, byte for byte as it comes. */
export function plainLog(io: Io): JobLog {
  const atLineStart = { stdout: true, stderr: true };
  return {
    output(_, stream, bytes, pace) {
      atLineStart[stream] = bytes.at(-1) === 0x0a;
      writeTo(io[stream], bytes, pace);
    },
    line(_, stream, text) {
      io[stream].write(`${atLineStart[stream] ? '' : '\n'}${text}\n`);
      atLineStart[stream] = true;
    },
    endLines: () => undefined,
    isMidLine: () => !(atLineStart.stdout && atLineStart.stderr),
  };
}
