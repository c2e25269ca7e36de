import { CommandError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import { printable } from '../terminal/io.ts';
import type { Configuration } from './configuration.ts';
import { explained } from './explained.ts';
import { storageOf } from './storage.ts';

/** Lists the rows that were changed outside the orchestrator, and with `yes` accepts them as they are. */
export async function reseal(configuration: Configuration, yes: boolean, json: boolean, io: Io): Promise<void> {
  const storage = storageOf(configuration);
  const { dataDir, database, key } = storage;
  const { reseal: run } = await import('../../composition/reseal.ts');
  const found = await explained(() =>
    run({ ...storage, key: key.kind === 'file' ? { ...key, create: false } : key }, yes ? 'seal' : 'look'),
  );
  if (json) io.stdout.write(`${JSON.stringify({ found, accepted: yes })}\n`);
  else
    io.stdout.write(
      found.length === 0
        ? `every row in ${database === undefined ? dataDir : 'the database'} is as the orchestrator wrote it\n`
        : `${found.map(({ organization, what }) => printable(`${organization ?? 'every organization'}: ${what}`)).join('\n')}\n`,
    );
  if (yes || found.length === 0) return;
  throw new CommandError(
    'tampered',
    `${found.length === 1 ? 'something was' : `${found.length} things were`} changed outside the orchestrator`,
    'look at each and restore a backup; `kici-orchestrator reseal --yes` accepts all of them as they are',
  );
}
