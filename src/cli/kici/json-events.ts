import { StringDecoder } from 'node:string_decoder';
import type { Emit } from '../../agent/run/events.ts';
import { writeTo, type Io } from '../terminal/io.ts';

type Behind = Parameters<Emit>[1];

/** One JSON object for each event, each on a line of its own; output is text, never cut within a character. */
export function jsonEvents(io: Io): Emit {
  /** For each job: its steps run one after another. */
  const decoders = new Map<string, { readonly stdout: StringDecoder; readonly stderr: StringDecoder }>();
  const print = (event: object, behind?: Behind): void => {
    writeTo(io.stdout, `${JSON.stringify(event)}\n`, behind);
  };
  return (event, behind) => {
    switch (event.type) {
      case 'output': {
        const { bytes, ...rest } = event;
        const text = decoders.get(event.job)?.[event.stream].write(Buffer.from(bytes)) ?? '';
        if (text !== '') print({ ...rest, text }, behind);
        return;
      }
      case 'step_started':
        decoders.set(event.job, { stdout: new StringDecoder(), stderr: new StringDecoder() });
        break;
      case 'step_finished': {
        const { job, step } = event;
        for (const stream of ['stdout', 'stderr'] as const) {
          const text = decoders.get(job)?.[stream].end() ?? '';
          if (text !== '') print({ type: 'output', job, step, stream, text });
        }
        break;
      }
      case 'workflow_started':
      case 'job_started':
      case 'notice':
      case 'job_finished':
      case 'workflow_finished':
    }
    print(event);
  };
}
