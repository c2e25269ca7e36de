import type { RunStatus } from './events.ts';
import type { RunOptions } from './run-options.ts';
import { withWorkplace } from './with-workplace.ts';

/**
 * What `kici run` does: opens a workplace and runs the workflow in it.
 * @throws AgentError if nothing can be run
 */
export async function runWorkflow(options: RunOptions): Promise<RunStatus> {
  let client: ReturnType<RunOptions['client']> | undefined;
  if (options.early !== undefined) {
    // With a process that has started before, there is time now.
    await import('./run-project.ts');
    client = options.client();
    // A job that needs it sees a failure.
    client.catch(() => undefined);
  }
  return withWorkplace(options, async (opened) => {
    // While it starts, this process loads what talks with it.
    const { runProject } = await import('./run-project.ts');
    return runProject({ ...opened, options, client });
  });
}
