// Masks a log in passing: `deploy 2>&1 | node mask.ts secrets.txt`, with one secret per line in the file.
import { readFileSync } from 'node:fs';
import { createMasker } from '@kici-dev/secret-masker';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [file = ''] = process.argv.slice(2);
const masker = createMasker();
for (const line of readFileSync(file, 'utf8').split('\n'))
  if (line !== '' && masker.add(Buffer.from(line)) === 'too_short')
    console.error(`a secret of ${line.length} characters is too short to be masked`);

const masked = masker.open();
await pipeline(
  process.stdin,
  new Transform({
    transform(chunk: Uint8Array, _, done) {
      for (const part of masked.write(chunk)) this.push(part);
      done();
    },
    flush(done) {
      for (const part of masked.end()) this.push(part);
      done();
    },
  }),
  process.stdout,
);
