/** Tracks requests in flight, for code that must not close what they use. */
export interface RequestsInFlight {
  run<T>(request: () => Promise<T>): Promise<T>;
  /** Resolves when every request that is in flight now has ended. */
  settled(): Promise<void>;
}

export function createRequestsInFlight(): RequestsInFlight {
  const open = new Set<Promise<unknown>>();
  return {
    async run(request) {
      const running = request();
      open.add(running);
      try {
        return await running;
      } finally {
        open.delete(running);
      }
    },
    async settled() {
      await Promise.allSettled(open);
    },
  };
}
