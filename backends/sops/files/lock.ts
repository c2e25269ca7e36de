import { open, stat, unlink } from 'node:fs/promises';
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
        await acquire(name, staleMs, now);
        try {
          return await work();
        } finally {
          await unlink(name).catch(() => undefined);
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

async function acquire(name: string, staleMs: number, now: () => number): Promise<void> {
  const held = await stat(name).catch(() => undefined);
  if (held !== undefined && now() - held.mtimeMs > staleMs) await unlink(name).catch(() => undefined);
  try {
    await (await open(name, 'wx', 0o600)).close();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new BackendError('conflict', {
        detail: `another process is changing this file, or was killed while it did: ${name}`,
      });
    throw new BackendError('permission_denied', { reason: 'write_refused', detail: 'the folder cannot be written to' });
  }
}

function orAborted<T>(turn: Promise<T>, context: CallContext): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(interruption(context));
    if (context.signal.aborted) abort();
    context.signal.addEventListener('abort', abort, { once: true });
    void turn.then(resolve, reject).finally(() => context.signal.removeEventListener('abort', abort));
  });
}
