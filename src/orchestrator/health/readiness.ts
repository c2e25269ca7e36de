import { outsideRequests } from '../request-scope.ts';

/** Resolves if requests can be served, rejects if not. */
export type Readiness = () => Promise<void>;

/** How long an answer is reused, so that requests cause at most one probe a second. */
const standsForMs = 1_000;

/** Longer than the database waits for another process's write. */
const patienceMs = 8_000;

/**
 * Rejects when the probe rejects or does not end in time. Concurrent callers share one probe.
 * @param probe does what a request would do
 * @param failed is told why a probe has failed
 */
export function createReadiness(
  probe: () => Promise<void>,
  failed: (error: unknown) => void,
  now: () => number = () => performance.now(),
): Readiness {
  let latest: Promise<void> | undefined;
  let endedAt: number | undefined;

  function start(): Promise<void> {
    endedAt = undefined;
    // Callers share it, and must not wait behind what requests hold.
    const started = outsideRequests(probe).finally(() => {
      endedAt = now();
    });
    started.catch(failed);
    return started;
  }

  return async () => {
    if (latest === undefined || (endedAt !== undefined && now() - endedAt >= standsForMs)) latest = start();
    await within(latest);
  };
}

async function within(probe: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`the probe has been running for ${patienceMs} ms`));
  }, patienceMs);
  try {
    await Promise.race([probe, late]);
  } finally {
    clearTimeout(timer);
  }
}
