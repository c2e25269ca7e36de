import type { RunStatus } from './events.ts';
import type { RunOptions } from './run-options.ts';
import { withWorkplace } from './with-workplace.ts';

/**
 * What `kici run` does: opens a workplace and runs the workflow in it.
 * @throws AgentError if nothing can be run
 */
export async function runWorkflow(options: RunOptions): Promise<RunStatus> {
  // With a process that has started before, there is time now.
  if (options.early !== undefined) await import('./run-project.ts');
  return withWorkplace(options, async (opened) => {
    // While it starts, this process loads what talks with it.
    const { runProject } = await import('./run-project.ts');
    return runProject({ ...opened, options });
  });
}
