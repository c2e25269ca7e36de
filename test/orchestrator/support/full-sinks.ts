/** Writes to sinks that take no more: a file whose size is limited, and a standard output that nobody reads. */
import { fileSink, standardOutputSink } from '../../../src/orchestrator/audit/checkpoints/local-sinks.ts';
import { withDeadline } from '../../../src/orchestrator/audit/checkpoints/sink.ts';

const [file = ''] = process.argv.slice(2);
const told = new Array<string>();
const outcomeOf = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'kept',
    (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
  );

const sink = withDeadline(fileSink(file));
const line = `${'x'.repeat(399)}\n`;
for (let count = 0; count < 2; count += 1) told.push(await outcomeOf(sink.write(line)));

let turns = 0;
const beat = setInterval(() => {
  turns += 1;
}, 5);
told.push(await outcomeOf(withDeadline(standardOutputSink, 200).write('y'.repeat(4 * 1_048_576))));
clearInterval(beat);
process.stderr.write(JSON.stringify({ told, wasFree: turns > 1 }), () => process.exit());
