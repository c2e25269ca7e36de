import { CommandError, UsageError } from '../terminal/command-error.ts';

/** Does what may fail on its configuration, its key or its database, and tells such a failure as the command's own. */
export async function explained<T>(action: () => Promise<T>): Promise<T> {
  const { isStartError } = await import('../../composition/start-error.ts');
  try {
    return await action();
  } catch (error) {
    if (isStartError(error) && error.code === 'invalid_configuration') throw new UsageError(error.message, error.hint);
    if (isStartError(error)) throw new CommandError(error.code, error.message, error.hint);
    throw error;
  }
}
