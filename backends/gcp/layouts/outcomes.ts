import { BackendError, unknown, type ReadOutcome } from '@kici-dev/secret-backend';

/** What could not be determined for one secret takes no other with it. */
export async function outcomeOf(find: () => Promise<ReadOutcome>): Promise<ReadOutcome> {
  try {
    return await find();
  } catch (error) {
    return BackendError.is(error) ? error.toOutcome() : unknown('server_error', 'the answer could not be used');
  }
}

/** One search for each thing that is asked for several times. */
export function once<T>(): (name: string, find: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  return (name, find) => {
    const found = running.get(name) ?? find();
    running.set(name, found);
    return found;
  };
}
