import { CommandError, UsageError } from '../terminal/command-error.ts';

/** Runs what may fail because of configuration, key or database, and reports such a failure as the command's own. */
export async function explained<T>(action: () => Promise<T>): Promise<T> {
  const { isStartError } = await import('../../composition/start-error.ts');
  try {
    return await action();
  } catch (error) {
    if (!isStartError(error)) throw error;
    if (error.code === 'invalid_configuration' || error.code === 'bad_address')
      throw new UsageError(error.message, error.hint);
    throw new CommandError(error.code, error.message, error.hint);
  }
}
