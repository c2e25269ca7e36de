import { constants } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { configFolder } from '../../api/local-credentials.ts';
import { databaseFile } from '../../composition/settings.ts';
import { fileProblem, openPlainFile, readPlainFile } from '../../files/plain-file.ts';
import { CommandError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import type { Configuration } from './configuration.ts';

/** Limit for the list of folders: room for thousands. */
const maxBytes = 1_048_576;

/** What a start finds out about its data folder, reported once the server runs. */
export interface DataFolder {
  /**
   * Keeps the folder out of git and remembers it for the next start.
   * @returns a warning for the operator: this is a second, empty installation
   * @throws CommandError `cannot_write`
   */
  settle(): Promise<string | undefined>;
}

/** Examines the folder before the start creates anything. */
export async function lookAtDataFolder(
  { dataDir, databaseUrl }: Configuration,
  environment: Io['environment'],
): Promise<DataFolder> {
  const record = join(configFolder(environment), 'data-folders');
  // With a server for the data, an empty folder says nothing.
  const isNew = databaseUrl.value === '' && !(await exists(databaseFile(dataDir.value)));
  return {
    async settle() {
      if (!isNew) return undefined;
      let others: readonly string[];
      try {
        others = (await linesOf(record)).filter((folder) => folder !== dataDir.value);
        await writeFile(join(dataDir.value, '.gitignore'), '*\n', { flag: 'wx' }).catch(unless('EEXIST'));
        await mkdir(dirname(record), { recursive: true, mode: 0o700 });
        await using file = await openPlainFile(record, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
        await file.appendFile(`${dataDir.value}\n`);
      } catch (error) {
        throw new CommandError(
          'cannot_write',
          `cannot write to ${dataDir.value} or ${record} (${fileProblem(error)})`,
          'check the permissions of both folders',
        );
      }
      const earlier = await existing(others);
      if (dataDir.origin !== 'default' || earlier.length === 0) return undefined;
      return `${dataDir.value} is a new, empty installation; there is one in ${earlier.join(' and in ')} already: start there, or name it with --data-dir or KICI_DATA_DIR`;
    },
  };
}

async function existing(folders: readonly string[]): Promise<string[]> {
  const there = await Promise.all(folders.map((folder) => exists(databaseFile(folder))));
  return [...new Set(folders.filter((_, index) => there[index]))];
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function linesOf(file: string): Promise<string[]> {
  const bytes = await readPlainFile(file, { maxBytes, links: 'follow' }).catch(unless('ENOENT'));
  return (bytes?.toString() ?? '').split('\n').filter((line) => line !== '');
}

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if (codeOf(error) !== code) throw error;
    return undefined;
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
