import { nearKeys, type RunPlan } from '../../../agent/run/plan-run.ts';
import { notListed, unavailable, unset, type Judge, type Verdict } from '../check/verdict.ts';

const lag = 'a backend that lists with a delay is asked for it by name when the job runs';

/** Verdicts from the sessions of the jobs that would run; none for environments that they do not bind. */
export function sessionJudge({ jobs }: RunPlan): Judge {
  const sessions = new Map(
    jobs.flatMap(({ job, session }) =>
      job.environment === undefined || session === undefined ? [] : [[job.environment, session] as const],
    ),
  );
  return {
    async of(key, environment): Promise<Verdict> {
      const session = sessions.get(environment);
      if (session === undefined) return { kind: 'available' };
      const status = session.catalogue.find((entry) => entry.key === key)?.status;
      if (status === 'available') return { kind: 'available' };
      if (status === 'declared') return unset(key, environment);
      if (status === 'unavailable') return unavailable(key, environment);
      return notListed(key, environment, nearKeys(key, session), session.openEnded ? [lag] : []);
    },
  };
}
