import { CommandError, UsageError } from '../terminal/command-error.ts';

/** Runs what may fail because of configuration, key or database, and reports such a failure as the command's own. */
export async function explained<T>(action: () => Promise<T>): Promise<T> {
  const { startErrorOf } = await import('../../composition/start-error.ts');
  try {
    return await action();
  } catch (error) {
    const known = startErrorOf(error);
    if (known === undefined) throw error;
    if (known.code === 'invalid_configuration' || known.code === 'bad_address')
      throw new UsageError(known.message, known.hint);
    throw new CommandError(known.code, known.message, known.hint);
  }
}
