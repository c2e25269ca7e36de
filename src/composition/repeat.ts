/**
 * Does something again and again: the server's clean-up. A parameter, so that tests decide when.
 * @returns ends it
 */
export type Repeat = (work: () => void, everyMs: number) => () => void;

/** By a timer, which keeps no process from ending. */
export const repeatByTimer: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
};
