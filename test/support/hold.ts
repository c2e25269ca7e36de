const lookEveryMs = 5;

export interface Held<T> {
  readonly result: T;
  /**
   * The most that this thread worked without a pause, in milliseconds of its own time, excluding the machine's other
   * work.
   */
  readonly heldMs: number;
}

/** How long a call blocks the event loop at most. */
export async function longestHoldDuring<T>(call: () => Promise<T>): Promise<Held<T>> {
  let heldMs = 0;
  let before = threadTime();
  const look = (): void => {
    const now = threadTime();
    heldMs = Math.max(heldMs, now - before);
    before = now;
  };
  const timer = setInterval(look, lookEveryMs);
  try {
    const result = await call();
    look();
    return { result, heldMs };
  } finally {
    clearInterval(timer);
  }
}

function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
