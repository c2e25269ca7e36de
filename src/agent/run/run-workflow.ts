import type { WorkflowData } from '../channel/to-agent.ts';
import type { Clients } from '../session/open-session.ts';
import type { Emit, RunStatus } from './events.ts';
import { withWorkplace, type WorkplaceOptions } from './with-workplace.ts';

export interface RunOptions extends WorkplaceOptions {
  /** Left out: the only workflow that there is. */
  readonly workflow: string | undefined;
  /** Names of those to run, with all that they need; none: every job. */
  readonly jobs: readonly string[];
  /** How many jobs run at the same time. */
  readonly limit: number;
  readonly labels: readonly string[];
  /** Loads what connecting takes, while there is time for it; what it gives connects, once a job needs that. */
  readonly clients: () => Promise<() => Promise<Clients>>;
  /** Hears of all that the project defines, before anything runs. */
  readonly found: (root: string, workflows: readonly WorkflowData[]) => Promise<void>;
  readonly emit: Emit;
  /** What the author's modules print while they are read, and what is wrong with them. */
  readonly loaderOutput: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/**
 * What `kici run` does: opens a workplace and runs the workflow in it.
 * @throws AgentError when nothing can be run
 */
export async function runWorkflow(options: RunOptions): Promise<RunStatus> {
  return withWorkplace(options, async (opened) => {
    const { pool, workplace } = opened;
    const { sandbox, environment } = workplace;
    // While it starts, this process loads what talks with it.
    const { runProject } = await import('./run-project.ts');
    // Most jobs run where the workflows are read, and find a process that has started.
    if (!sandbox.runsImages) pool.prepare(sandbox.forLoader(environment));
    return runProject({ ...opened, options });
  });
}
