import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { limitedProgram, Limiter } from '../limits/limiter.ts';
import { Journal, journalFolder } from '../mounts/journal.ts';
import { StepFolder } from '../mounts/step-folder.ts';
import { Watchdog } from '../process/watchdog.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import type { ExecOptions } from './options.ts';

/** What is made for a program. */
export interface Place {
  /** Writes a file and returns its path. */
  readonly mount: (contents: Uint8Array) => Promise<string>;
  /** Undefined: there is no limit. */
  readonly limiter: Limiter | undefined;
}

/**
 * Files for the program, as for a step, and a group for its limits. They are removed after use, or by the watchdog if
 * this process is killed.
 * @throws AgentError
 */
export async function withPlace<T>(
  { files, limits, temporary, inherited }: Pick<ExecOptions, 'files' | 'limits' | 'temporary' | 'inherited'>,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const isLimited = Object.keys(limits).length > 0;
  if (files.length === 0 && !isLimited)
    return use({ mount: async () => Promise.reject(new TypeError('no file was asked for')), limiter: undefined });
  const engine = new ContainerEngine(inherited);
  const journal = await Journal.open(journalFolder(inherited), (name) => engine.remove(name));
  const watchdog = Watchdog.start(journal.path, engine.environment);
  const folder = new StepFolder(temporary ?? resolve(inherited['TMPDIR'] || tmpdir()), journal);
  const limiter = isLimited ? new Limiter(limitedProgram, limits, inherited['PATH'] ?? '', journal) : undefined;
  try {
    return await use({ mount: async (contents) => folder.write({ contents, mode: 0o600, name: undefined }), limiter });
  } finally {
    // What cannot be removed now stays in the journal, for the next run.
    await folder.remove().catch(() => undefined);
    await journal.close();
    await watchdog.end();
  }
}
