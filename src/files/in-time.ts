/** What the system reports for a missing disk. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';
}

/**
 * Gives up on work that a dead disk or network file system keeps waiting; the work itself cannot be called off.
 * @throws an error with the code `ETIMEDOUT`, or the work's own
 */
export async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new TimeoutError(`no answer for ${milliseconds} ms`));
  }, milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
