import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const abandonedAfterMs = 60_000;

/**
 * Replaces or makes a small file as a whole, with mode 0600: after a power loss it has the old text or the new one.
 * Synchronous, as SQLite is: writers wait for each other's files, and every turn of the event loop would prolong that.
 */
export function replaceFile(path: string, text: string): void {
  withDraft(path, text, (draft) => {
    renameSync(draft, path);
  });
}

/**
 * As `replaceFile`, but waits for the disk off the calling thread. (The rest is not worth a thread: waking one costs
 * more.)
 * @param mayReplace asked in the very turn in which the file is replaced: false leaves it
 * @param replaced called in that turn too
 * @returns whether it was replaced
 */
export async function replaceFileIf(
  path: string,
  text: string,
  mayReplace: () => boolean,
  replaced: () => void,
): Promise<boolean> {
  const draft = draftName(path);
  try {
    await synced(openSync(draft, 'wx', 0o600), text);
    if (!mayReplace()) {
      rmSync(draft, { force: true });
      return false;
    }
    renameSync(draft, path);
    replaced();
    await synced(openSync(dirname(path), 'r'));
    return true;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

const sync = promisify(fsync);

/** Closes what it was given, in any case. */
async function synced(descriptor: number, text?: string): Promise<void> {
  try {
    if (text !== undefined) writeFileSync(descriptor, text);
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a file with mode 0600, whole or not at all. False when there is something of that name, which stays. */
export function createFile(path: string, text: string): boolean {
  try {
    withDraft(path, text, (draft) => {
      linkSync(draft, path);
    });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes what killed writers of a file left behind, but nothing of present writers. */
export function sweepDrafts(path: string): void {
  for (const name of namesIn(dirname(path))) {
    const draft = draftOf(basename(path), name);
    if (draft !== undefined && isAbandoned(join(dirname(path), name), draft.pid))
      rmSync(join(dirname(path), name), { force: true });
  }
}

function withDraft(path: string, text: string, publish: (draft: string) => void): void {
  const draft = draftName(path);
  const file = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    publish(draft);
    syncFolder(dirname(path));
  } finally {
    rmSync(draft, { force: true });
  }
}

/** After a power failure, a file without its directory entry is lost. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function draftName(path: string): string {
  return `${path}.${process.pid}.${randomUUID()}`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Earlier versions left the process out of the name. */
function draftOf(file: string, name: string): { readonly pid: number | undefined } | undefined {
  if (!name.startsWith(`${file}.`)) return undefined;
  const match = /^(?:(\d+)\.)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(name.slice(file.length + 1));
  return match === null ? undefined : { pid: match[1] === undefined ? undefined : Number(match[1]) };
}

function isAbandoned(path: string, pid: number | undefined): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isFile() !== true) return false;
  return (pid !== undefined && !isAlive(pid)) || Date.now() - status.mtimeMs > abandonedAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
