/** Tracks requests in flight, for code that must not close what they use. */
export interface RequestsInFlight {
  run<T>(request: () => Promise<T>): Promise<T>;
  /** Resolves when every request that is in flight now has ended. */
  settled(): Promise<void>;
}

export function createRequestsInFlight(): RequestsInFlight {
  const open = new Set<Promise<unknown>>();
  return {
    run(request) {
      const running = request();
      const end = (): void => void open.delete(running);
      open.add(running);
      running.then(end, end);
      return running;
    },
    async settled() {
      await Promise.allSettled(open);
    },
  };
}
