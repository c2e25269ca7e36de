import { StringDecoder } from 'node:string_decoder';
import type { Emit, Pace, RunEvent } from '../../../agent/run/events.ts';
import { writeTo, type Io } from '../../terminal/io.ts';
import type { JsonEvent } from './json-event.ts';

/** One JSON object per event, each on its own line; output is text, never cut within a character. */
export function jsonEvents(io: Io): Emit {
  const decoders = new Decoders();
  const print = (event: JsonEvent, behind?: Pace['behind']): void => {
    writeTo(io.stdout, `${JSON.stringify(event)}\n`, behind && { behind });
  };
  return (event, pace) => {
    if (event.type === 'output') {
      const { bytes, ...rest } = event;
      const text = decoders.of(event.job)[event.stream].write(Buffer.from(bytes));
      pace?.taken();
      if (text !== '') print({ ...rest, text }, pace?.behind);
      return;
    }
    if (event.type === 'step_finished') {
      const { job, step } = event;
      for (const { stream, text } of decoders.end(job)) print({ type: 'output', job, step, stream, text });
    }
    print(event);
  };
}

type Pair = Record<Extract<RunEvent, { type: 'output' }>['stream'], StringDecoder>;

/** A pair per job, since a job's steps run one after another. */
class Decoders {
  readonly #pairs = new Map<string, Pair>();

  of(job: string): Pair {
    const pair = this.#pairs.get(job) ?? { stdout: new StringDecoder(), stderr: new StringDecoder() };
    this.#pairs.set(job, pair);
    return pair;
  }

  /** Incomplete characters left at the end, one entry per stream that has any. */
  end(job: string): readonly { readonly stream: keyof Pair; readonly text: string }[] {
    const pair = this.of(job);
    this.#pairs.delete(job);
    return (['stdout', 'stderr'] as const)
      .map((stream) => ({ stream, text: pair[stream].end() }))
      .filter(({ text }) => text !== '');
  }
}
