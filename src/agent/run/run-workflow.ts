import type { RunStatus } from './events.ts';
import type { RunOptions } from './run-options.ts';
import { withWorkplace } from './with-workplace.ts';

/**
 * What `kici run` does: opens a workplace and runs the workflow in it.
 * @throws AgentError if nothing can be run
 */
export async function runWorkflow(options: RunOptions): Promise<RunStatus> {
  return withWorkplace(options, async (opened) => {
    const { pool, workplace } = opened;
    const { sandbox, environment } = workplace;
    // Loaded while the child process starts.
    const { runProject } = await import('./run-project.ts');
    // Most jobs run where the workflows are read, and find a process that has started.
    if (!sandbox.runsImages) pool.prepare(sandbox.forLoader(environment));
    return runProject({ ...opened, options });
  });
}
