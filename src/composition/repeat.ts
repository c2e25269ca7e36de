/**
 * Runs the server's periodic clean-up. A parameter, so that tests decide when.
 * @returns a function that stops it
 */
export type Repeat = (work: () => void, everyMs: number) => () => void;

/** A timer that does not keep the process alive. */
export const repeatByTimer: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
};
