import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Journal, journalFolder } from '../mounts/journal.ts';
import { StepFolder } from '../mounts/step-folder.ts';
import { Watchdog } from '../process/watchdog.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import type { ExecOptions } from './options.ts';

/**
 * Writes files for the program, as for a step. They are removed after use, or by the watchdog if this process is
 * killed.
 * @throws AgentError
 */
export async function withMounts<T>(
  { files, temporary, inherited }: Pick<ExecOptions, 'files' | 'temporary' | 'inherited'>,
  use: (mount: (contents: Uint8Array) => Promise<string>) => Promise<T>,
): Promise<T> {
  if (files.length === 0) return use(async () => Promise.reject(new TypeError('no file was asked for')));
  const engine = new ContainerEngine(inherited);
  const journal = await Journal.open(journalFolder(inherited), (name) => engine.remove(name));
  const watchdog = Watchdog.start(journal.path, engine.environment);
  const folder = new StepFolder(temporary ?? resolve(inherited['TMPDIR'] || tmpdir()), journal);
  try {
    return await use(async (contents) => folder.write({ contents, mode: 0o600, name: undefined }));
  } finally {
    // What cannot be removed now stays in the journal, for the next run.
    await folder.remove().catch(() => undefined);
    await journal.close();
    await watchdog.end();
  }
}
