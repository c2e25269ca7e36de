import { BackendError, unknown, type ReadOutcome } from '@kici-dev/secret-backend';

/** A failure for one secret does not affect the others. */
export async function outcomeOf(find: () => Promise<ReadOutcome>): Promise<ReadOutcome> {
  try {
    return await find();
  } catch (error) {
    return BackendError.is(error) ? error.toOutcome() : unknown('server_error', 'the answer could not be used');
  }
}

/** Runs one search per name, however often it is requested. */
export function once<T>(): (name: string, find: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (name, find) => {
    const found = running.get(name) ?? find();
    running.set(name, found);
    return found;
  };
}
