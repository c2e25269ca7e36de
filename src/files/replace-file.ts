import { randomUUID } from 'node:crypto';
import { link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const abandonedAfterMs = 60_000;

/** Replaces a file as a whole, or makes it, with mode 0600: after a loss of power there is the old text or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await withDraft(path, text, (draft) => rename(draft, path));
}

/** Makes a file with mode 0600, whole or not at all. False when there is something of that name, which stays. */
export async function createFile(path: string, text: string): Promise<boolean> {
  try {
    await withDraft(path, text, (draft) => link(draft, path));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes what writers of a file have left behind when they were killed, and nothing of those who write now. */
export async function sweepDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const draft = draftOf(basename(path), name);
    if (draft !== undefined && (await isAbandoned(join(folder, name), draft.pid)))
      await rm(join(folder, name), { force: true });
  }
}

async function withDraft(path: string, text: string, publish: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(draft);
    // A file whose name is lost in a power failure is lost.
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
  } finally {
    await rm(draft, { force: true });
  }
}

/** Earlier versions left the process out of the name. */
function draftOf(file: string, name: string): { readonly pid: number | undefined } | undefined {
  if (!name.startsWith(`${file}.`)) return undefined;
  const match = /^(?:(\d+)\.)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(name.slice(file.length + 1));
  return match === null ? undefined : { pid: match[1] === undefined ? undefined : Number(match[1]) };
}

async function isAbandoned(path: string, pid: number | undefined): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  if (status?.isFile() !== true) return false;
  return (pid !== undefined && !isAlive(pid)) || Date.now() - status.mtimeMs > abandonedAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
