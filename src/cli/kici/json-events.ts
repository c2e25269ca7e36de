import { StringDecoder } from 'node:string_decoder';
import type { Emit } from '../../agent/run/events.ts';
import { writeTo, type Io } from '../terminal/io.ts';

/** One JSON object for each event, each on a line of its own; output is text, never cut within a character. */
export function jsonEvents(io: Io): Emit {
  let decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  const print = (event: object, behind?: Parameters<Emit>[1]): void => {
    writeTo(io.stdout, `${JSON.stringify(event)}\n`, behind);
  };
  return (event, behind) => {
    if (event.type === 'output') {
      const { bytes, ...rest } = event;
      const text = decoders[event.stream].write(Buffer.from(bytes));
      if (text !== '') print({ ...rest, text }, behind);
      return;
    }
    if (event.type === 'step_started') decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
    print(event);
  };
}
