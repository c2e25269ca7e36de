import { randomUUID } from 'node:crypto';
import {
  closeSync,
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

/** Makes a file with mode 0600, whole or not at all. False if the name exists, which stays untouched. */
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
  const draft = `${path}.${process.pid}.${randomUUID()}`;
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
