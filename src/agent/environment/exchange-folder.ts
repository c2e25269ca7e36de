import { lstatSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileProblem, readPlainFile } from '../../files/plain-file.ts';
import { bounds } from '../channel/bounds.ts';
import { AgentError, systemCode } from '../agent-error.ts';
import type { Journal } from '../mounts/journal.ts';
import { removeFolder } from '../mounts/temporary-folder.ts';
import { envFile, temporaryName } from '../mounts/temporary-name.ts';
import { EnvFileError, parseEnvFile, type Assignment } from './env-file.ts';

/** Where a step leaves variables for later steps. The step itself creates the file. */
export class ExchangeFolder {
  readonly path: string;
  readonly #journal: Journal;
  #isRemoved = false;

  private constructor(path: string, journal: Journal) {
    this.path = path;
    this.#journal = journal;
  }

  /** @throws AgentError (`cannot_write`) */
  static async create(
    base: string,
    journal: Journal,
    path: string = join(base, temporaryName('exchange')),
  ): Promise<ExchangeFolder> {
    try {
      await journal.record(path);
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      throw new AgentError(
        'cannot_write',
        `cannot make a folder for temporary files in ${JSON.stringify(base)} (${systemCode(error) ?? 'unknown'})`,
        'check its free space and permissions, or choose another folder with TMPDIR or --mount-dir',
      );
    }
    return new ExchangeFolder(path, journal);
  }

  get file(): string {
    return envFile(this.path);
  }

  /**
   * A step may have put anything in the file's place: only a plain file is read, and links are not followed.
   * @throws EnvFileError
   */
  async assignments(): Promise<readonly Assignment[]> {
    let bytes;
    try {
      // Most steps leave none, and the next one waits.
      if (lstatSync(this.file, { throwIfNoEntry: false }) === undefined) return [];
      bytes = await readPlainFile(this.file, { maxBytes: bounds.exportBytes });
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw new EnvFileError(1, `cannot be read: ${fileProblem(error)}`);
    }
    return parseEnvFile(bytes);
  }

  /** Nobody makes it again: its second end costs nothing. */
  async remove(): Promise<void> {
    if (this.#isRemoved) return;
    await removeFolder(this.path, [basename(this.file)]);
    this.#isRemoved = true;
    this.#journal.forget(this.path);
  }
}
