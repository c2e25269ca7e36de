import type { CallContext } from '@kici-dev/secret-backend';
import { requireRunning, within } from '../interruption.ts';

/** Runs one task at a time per name, in order of arrival. */
export function createLocks(): <T>(name: string, context: CallContext, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  const forget = async (name: string, work: Promise<unknown>): Promise<void> => {
    await work.catch(() => undefined);
    if (last.get(name) === work) last.delete(name);
  };
  return async (name, context, work) => {
    const before = last.get(name);
    const mine = (async () => {
      await before?.catch(() => undefined);
      requireRunning(context);
      return work();
    })();
    last.set(name, mine);
    try {
      return await within(mine, context);
    } finally {
      void forget(name, mine);
    }
  };
}
