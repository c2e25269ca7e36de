import type { Pace } from '../../../agent/run/events.ts';
import { writeTo, type Io } from '../../terminal/io.ts';
import type { JobLog, StreamName } from './job-log.ts';

/** Limit for an unfinished line; a longer one is printed in pieces. */
const maxHeldBytes = 65_536;
const lineFeed = 0x0a;

interface Part {
  readonly job: string;
  readonly stream: StreamName;
}

/** The output of jobs that run side by side, line by line, each prefixed with its job's name. */
export function prefixedLog(io: Io, prefixOf: (job: string, stream: StreamName) => string): JobLog {
  /** Unfinished lines, by job and stream. */
  const held = new Map<string, Buffer>();
  /** The job whose unfinished line each stream ends in. */
  const open: Partial<Record<StreamName, string>> = {};

  function write({ job, stream }: Part, text: Buffer, behind?: Pace['behind']): void {
    if (text.byteLength === 0) return;
    const prefix = Buffer.from(prefixOf(job, stream));
    const parts: Uint8Array[] = [];
    const goesOn = open[stream] === job;
    if (open[stream] !== undefined && !goesOn) parts.push(Buffer.of(lineFeed));
    for (let start = 0, end = 0; start < text.byteLength; start = end) {
      const feed = text.indexOf(lineFeed, start);
      end = feed < 0 ? text.byteLength : feed + 1;
      if (start > 0 || !goesOn) parts.push(prefix);
      parts.push(text.subarray(start, end));
    }
    if (text.at(-1) === lineFeed) delete open[stream];
    else open[stream] = job;
    writeTo(io[stream], Buffer.concat(parts), behind && { behind });
  }

  return {
    output(job, stream, bytes, pace) {
      const key = `${stream} ${job}`;
      const all = Buffer.concat([held.get(key) ?? Buffer.alloc(0), bytes]);
      pace?.taken();
      const end = all.byteLength > maxHeldBytes ? all.byteLength : all.lastIndexOf(lineFeed) + 1;
      held.set(key, all.subarray(end));
      write({ job, stream }, all.subarray(0, end), pace?.behind);
    },
    line(job, stream, text) {
      write({ job, stream }, Buffer.from(`${text}\n`));
    },
    isMidLine: () => Object.keys(open).length > 0,
    endLines(job) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const key = `${stream} ${job}`;
        const rest = held.get(key) ?? Buffer.alloc(0);
        held.delete(key);
        if (rest.byteLength > 0 || open[stream] === job)
          write({ job, stream }, Buffer.concat([rest, Buffer.of(lineFeed)]));
      }
    },
  };
}
