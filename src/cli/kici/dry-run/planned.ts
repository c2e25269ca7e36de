import { findProblems, type Finding } from '../check/findings.ts';
import type { RunPlan } from '../../../agent/run/plan-run.ts';
import { stepNames } from '../../../agent/run/choose-jobs.ts';
import { settingCommand } from '../../../agent/session/setting-command.ts';
import { sessionJudge } from './session-judge.ts';

/** What `kici run --dry-run` shows; `--json` prints it as it is. */
export interface Planned {
  readonly workflow: string;
  readonly file: string;
  readonly jobs: readonly PlannedJob[];
  /** About keys that the code names; a `note` keeps no job from running. */
  readonly findings: readonly (Finding & { readonly command?: string | undefined })[];
}

export interface PlannedJob {
  readonly job: string;
  readonly environment?: string | undefined;
  readonly needs: readonly string[];
  readonly steps: readonly string[];
  /** Default: the job may ask for every key of its environment. */
  readonly stated?: readonly string[] | undefined;
  /** Keys that its code names as literals. */
  readonly named: readonly string[];
  readonly secrets: readonly PlannedSecret[];
  readonly variables: readonly string[];
  /** What would keep the job from starting. */
  readonly problems: readonly { readonly code: string; readonly message: string; readonly hint: string }[];
}

export interface PlannedSecret {
  readonly key: string;
  readonly backend: string;
  readonly scope: string;
  readonly status: 'available' | 'declared' | 'unavailable';
}

export async function planned(plan: RunPlan): Promise<Planned> {
  const { root, workflow, jobs } = plan;
  const { named, findings } = await findProblems(root, [workflow], sessionJudge(plan));
  return {
    workflow: workflow.name,
    file: workflow.file,
    jobs: jobs.map(({ job, session, problems }) => ({
      job: job.name,
      environment: job.environment,
      needs: job.needs,
      steps: stepNames(job),
      stated: job.secrets,
      named: named.flatMap(({ key, jobs: names }) => (names.includes(job.name) ? [key] : [])),
      secrets: (session?.catalogue ?? []).map(({ key, backend, scope, status }) => ({ key, backend, scope, status })),
      variables: (session?.variables ?? []).map(({ name }) => name),
      problems: problems.map(({ code, message, hint }) => ({ code, message, hint })),
    })),
    findings: findings.map((finding) => ({ ...finding, command: commandOf(finding, plan) })),
  };
}

/** The command that would set the key, if there is a single place for it. */
function commandOf({ key, kind }: Finding, { jobs }: RunPlan): string | undefined {
  if (key === undefined || kind !== 'missing') return undefined;
  const scopes = new Set(jobs.flatMap(({ session }) => session?.writeScope ?? []));
  const [scope] = scopes;
  return scopes.size === 1 ? settingCommand(key, scope) : undefined;
}
