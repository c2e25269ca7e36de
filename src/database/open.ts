import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { fileProblem, kindOf, UnusableFileError } from '../files/plain-file.ts';
import { durableCommits, LogCommits, type Commits, type SyncFile } from './commits.ts';
import { EmbeddedKysely } from './embedded-kysely.ts';
import { DatabaseError } from './database-error.ts';
import type { DatabaseObserver } from './observer.ts';
import { sqliteForKysely } from './sqlite.ts';

const openingTimeoutMs = 5_000;

/**
 * Opens the embedded database and makes its folder.
 * @param sync how a file is brought to the disk; default: the system's way
 * @param observer default: nobody measures
 * @throws DatabaseError `cannot_open`
 */
export function openDatabase<Tables>(file: string, sync?: SyncFile, observer?: DatabaseObserver): Kysely<Tables> {
  let database: DatabaseSync | undefined;
  try {
    makeFolder(dirname(file));
    requirePlainFiles(file);
    database = new DatabaseSync(file, { timeout: openingTimeoutMs });
    chmodSync(file, 0o600);
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on; pragma foreign_keys = on; pragma busy_timeout = 0',
    );
  } catch (error) {
    database?.close();
    const reason = fileProblem(error);
    throw new DatabaseError(
      'cannot_open',
      `cannot open the database ${file} (${reason})`,
      'check that the folder exists, is writable and has free space; KICI_DATA_DIR names another',
    );
  }
  const commits = new LogCommits(database, `${file}-wal`, sync, observer);
  const statements = sqliteForKysely(database, () => {
    commits.noteWrite();
  });
  const opened = new EmbeddedKysely<Tables>(statements, observer);
  commitsByDatabase.set(opened, commits);
  return opened;
}

const commitsByDatabase = new WeakMap<object, Commits>();

/** Of a database as `openDatabase` gave it. */
export function commitsOf<Tables>(database: Kysely<Tables>): Commits {
  return commitsByDatabase.get(database) ?? durableCommits;
}

/** SQLite would open a FIFO or a device as if it were a file. */
function requirePlainFiles(file: string): void {
  for (const path of ['', '-wal', '-shm', '-journal'].map((end) => `${file}${end}`)) {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isFile() === false)
      throw new UnusableFileError('not_a_plain_file', `has ${kindOf(status)} in the place of ${basename(path)}`);
  }
}

/** One level at a time: where folders cannot be made (`/proc`), Node's own `recursive` tries forever. */
export function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
