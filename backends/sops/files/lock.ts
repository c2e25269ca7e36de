import { randomUUID } from 'node:crypto';
import { link, open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { interruption } from '../program/run.ts';

/** Serializes writers of a file, within this process and between processes. */
export interface Locks {
  hold<T>(name: string, context: CallContext, work: () => Promise<T>): Promise<T>;
}

/** @param staleMs after which a lock counts as left by a killed process */
export function createLocks(staleMs: number, now: () => number): Locks {
  const queues = new Map<string, Promise<unknown>>();
  return {
    async hold(name, context, work) {
      const before = queues.get(name) ?? Promise.resolve();
      const turn = before.then(async () => {
        if (context.signal.aborted) throw interruption(context);
        await removeStale(name, staleMs, now);
        const lock = await acquire(name);
        try {
          return await work();
        } finally {
          await release(name, lock);
        }
      });
      const settled = turn.catch(() => undefined);
      queues.set(name, settled);
      void settled.finally(() => {
        if (queues.get(name) === settled) queues.delete(name);
      });
      return orAborted(turn, context);
    },
  };
}

/** Two that find one at the same time must not remove the lock of whichever was first. */
async function removeStale(name: string, staleMs: number, now: () => number): Promise<void> {
  const held = await stat(name).catch(() => undefined);
  if (held === undefined || now() - held.mtimeMs <= staleMs) return;
  const moved = `${name}.${randomUUID()}`;
  try {
    await rename(name, moved);
  } catch {
    return;
  }
  // What was moved is a fresh lock: it goes back, unless the next one is there already.
  if ((await inodeOf(moved)) !== held.ino) await link(moved, name).catch(() => undefined);
  await unlink(moved).catch(() => undefined);
}

/** Kept open, so that no other file can have its number. */
async function acquire(name: string): Promise<FileHandle> {
  try {
    return await open(name, 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new BackendError('conflict', {
        detail: `another process is changing this file, or was killed while it did: ${name}`,
      });
    throw new BackendError('permission_denied', { reason: 'write_refused', detail: 'the folder cannot be written to' });
  }
}

/** Whoever was stopped for long may find another's lock. */
async function release(name: string, lock: FileHandle): Promise<void> {
  const { ino } = await lock.stat();
  if ((await inodeOf(name)) === ino) await unlink(name).catch(() => undefined);
  await lock.close();
}

async function inodeOf(name: string): Promise<number | undefined> {
  return (await stat(name).catch(() => undefined))?.ino;
}

function orAborted<T>(turn: Promise<T>, context: CallContext): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(interruption(context));
    if (context.signal.aborted) abort();
    context.signal.addEventListener('abort', abort, { once: true });
    void turn.then(resolve, reject).finally(() => context.signal.removeEventListener('abort', abort));
  });
}
