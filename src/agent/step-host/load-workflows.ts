import { pathToFileURL } from 'node:url';
import { WorkflowDefinitionError, type Workflow } from '@kici-dev/sdk';
import type { LoadWorkflows } from '../channel/from-agent.ts';
import type { WorkflowData } from '../channel/to-agent.ts';
import type { Channel } from './channel.ts';
import { describeError } from './describe-error.ts';
import { importWorkflow } from './import-workflow.ts';
import type { ModuleHooks } from './module-hooks.ts';
import { stripFiles } from './strip-types.ts';

const maxProblemBytes = 65_536;

/** Tells the agent what workflows there are, as data. */
export async function loadWorkflows(channel: Channel, { files }: LoadWorkflows, modules: ModuleHooks): Promise<void> {
  for (const source of stripFiles(files)) {
    modules.add(source);
    void channel.send({ type: 'stripped', ...source });
  }
  await channel.send({ type: 'importing' });
  for (const file of files) {
    try {
      await channel.send({ type: 'workflow', file, workflow: toData(await importWorkflow(pathToFileURL(file).href)) });
    } catch (error) {
      const problem =
        WorkflowDefinitionError.is(error) || error instanceof TypeError
          ? error.message
          : describeError(error, maxProblemBytes);
      await channel.send({ type: 'invalid', file, problem });
    }
  }
  await channel.send({ type: 'loaded' });
  channel.endProcess();
}

function toData({ name, on, jobs }: Workflow): WorkflowData {
  const triggers = 'event' in on ? [on] : on;
  return {
    name,
    on: triggers.map(({ event }) => ({ event })),
    jobs: jobs.map((job) => ({
      name: job.name,
      runsOn: typeof job.runsOn === 'string' ? [job.runsOn] : [...job.runsOn],
      ...(job.environment === undefined ? {} : { environment: job.environment }),
      needs: [...(job.needs ?? [])],
      env: { ...job.env },
      network: job.network ?? false,
      ...(job.container === undefined ? {} : { container: { image: job.container.image } }),
      steps: job.steps.map((step) =>
        step.timeout === undefined ? { name: step.name } : { name: step.name, timeout: step.timeout },
      ),
    })),
  };
}
