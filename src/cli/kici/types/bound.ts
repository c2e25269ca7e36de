import type { WorkflowData } from '../../../agent/channel/to-agent.ts';

/** An environment that jobs bind, with the keys that they state; `undefined` if one of them may have every key. */
export interface UsedEnvironment {
  readonly name: string;
  readonly stated: readonly string[] | undefined;
}

/** The environments that workflows bind, sorted by name. */
export function boundEnvironments(workflows: readonly Pick<WorkflowData, 'jobs'>[]): readonly UsedEnvironment[] {
  const jobs = workflows.flatMap((workflow) => workflow.jobs);
  const names = [...new Set(jobs.flatMap(({ environment }) => environment ?? []))].toSorted();
  return names.map((name) => {
    const statements = jobs.filter(({ environment }) => environment === name).map(({ secrets }) => secrets);
    return {
      name,
      stated: statements.some((secrets) => secrets === undefined)
        ? undefined
        : statements.flatMap((secrets) => secrets ?? []),
    };
  });
}
