/** Writes to a file of limited size what does not fit, while somebody else appends to it; tells what that one wrote. */
import { appendFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileSink } from '../../../src/orchestrator/audit/checkpoints/local-sinks.ts';

const [file = ''] = process.argv.slice(2);
appendFileSync(file, 'first\n');
const written: string[] = [];
let hasEnded = false;
const failing = fileSink(file)
  .write('x'.repeat(10_000))
  .catch(() => undefined)
  .finally(() => {
    hasEnded = true;
  });
try {
  for (let line = 0; !hasEnded; line += 1) {
    appendFileSync(file, `${line}\n`);
    written.push(String(line));
    // oxlint-disable-next-line no-await-in-loop -- between two turns the other writer goes on
    await nextTurn();
  }
} catch {
  // The file is full.
}
await failing;
process.stdout.write(JSON.stringify(written), () => process.exit());
