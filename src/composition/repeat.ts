/**
 * Runs the server's periodic clean-up. A parameter, so that tests decide when.
 * @param work resolves, whatever fails, when it is done
 * @returns a function that stops it
 */
export type Repeat = (work: () => Promise<void>, everyMs: number) => () => void;

/** A timer that does not keep the process alive. */
export const repeatByTimer: Repeat = (work, everyMs) => {
  const timer = setInterval(() => void work(), everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
};

/** A chore that is done again and again. */
export interface Rounds {
  /** Resolves when no round is under way, and none begins any more. */
  stop(): Promise<void>;
}

/**
 * Does a chore now and periodically, one round at a time.
 * @param failed is told of each round that failed; the next one makes up for it
 */
export function startRounds(
  chore: () => Promise<void>,
  failed: (error: unknown) => void,
  everyMs: number,
  repeat: Repeat,
): Rounds {
  let running: Promise<void> | undefined;
  const round = (): Promise<void> => {
    running ??= chore()
      .catch(failed)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  void round();
  const end = repeat(round, everyMs);
  return {
    async stop() {
      end();
      await running;
    },
  };
}
