/** Requests that are under way, for those who must not take from them what they work with. */
export interface RequestsInFlight {
  run<T>(request: () => Promise<T>): Promise<T>;
  /** Resolves when every request that is under way now has ended. */
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
