import { pathToFileURL } from 'node:url';
import type { Step } from '@kici-dev/sdk';
import type { StartStep } from '../channel/from-agent.ts';
import { importWorkflow } from '../modules/import-workflow.ts';

/** The step's function, from a new import of the author's module. */
export async function findStep({ file, workflow, job, step, jobIndex, stepIndex }: StartStep): Promise<Step> {
  const definition = await importWorkflow(pathToFileURL(file).href);
  const foundJob = definition.jobs[jobIndex];
  const found = foundJob?.steps[stepIndex];
  if (found === undefined || definition.name !== workflow || foundJob?.name !== job || found.name !== step) {
    throw new Error(
      `${file} defined the step ${JSON.stringify(step)} when the run began but no longer does; do not make the definition depend on time or chance`,
    );
  }
  return found;
}
