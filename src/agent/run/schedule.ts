import type { JobData } from '../channel/to-agent.ts';
import type { JobStatus } from './events.ts';

type Job = Pick<JobData, 'name' | 'needs'>;

export interface Schedule<J extends Job> {
  readonly jobs: readonly J[];
  readonly limit: number;
  readonly run: (job: J) => Promise<JobStatus>;
  /** Is told of a job that does not run. @param because the jobs it needs that did not succeed */
  readonly passOver: (job: J, status: 'skipped' | 'cancelled', because: readonly string[]) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs jobs side by side, each as soon as all that it needs has succeeded, and in workflow order when they wait for
 * room. A job that needs one that did not succeed is skipped; the others go on.
 * @returns the outcome of each job
 */
export async function runSchedule<J extends Job>({
  jobs,
  limit,
  run,
  passOver,
  signal,
}: Schedule<J>): Promise<ReadonlyMap<string, JobStatus>> {
  const outcomes = new Map<string, JobStatus>();
  const waiting = new Set(jobs);
  const running = new Set<Promise<void>>();
  const start = async (job: J): Promise<void> => {
    outcomes.set(job.name, await run(job));
  };
  const isReady = ({ needs }: Job): boolean => needs.every((need) => outcomes.has(need));
  const begin = (job: J): void => {
    const because = job.needs.filter((need) => outcomes.get(need) !== 'succeeded');
    if (signal.aborted || because.length > 0) {
      const status = signal.aborted ? 'cancelled' : 'skipped';
      outcomes.set(job.name, status);
      passOver(job, status, because);
      return;
    }
    const tracked = start(job).finally(() => running.delete(tracked));
    running.add(tracked);
  };
  try {
    for (;;) {
      for (const job of waiting) {
        if (!isReady(job) || (running.size >= limit && !signal.aborted)) continue;
        waiting.delete(job);
        begin(job);
      }
      if (running.size > 0) await Promise.race(running);
      else if (![...waiting].some(isReady)) return outcomes;
    }
  } finally {
    // A fault in one job is thrown only when no other is running.
    await Promise.allSettled(running);
  }
}
