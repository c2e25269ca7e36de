/** One pass of the event loop. */
export interface Turn {
  /** As `performance.now()` had it. */
  readonly startedAt: number;
}

let current: Turn | undefined;

/**
 * What was found out in this very turn needs no second look: whatever came in between has not been answered yet. That
 * does not hold for what began in a `setImmediate`, whose turn lasts until the next one and so past answers.
 */
export function thisTurn(): Turn {
  if (current === undefined) {
    current = { startedAt: performance.now() };
    setImmediate(() => {
      current = undefined;
    });
  }
  return current;
}
