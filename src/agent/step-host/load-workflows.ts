import { pathToFileURL } from 'node:url';
import { WorkflowDefinitionError, type JobLimits, type Trigger, type Workflow } from '@kici-dev/sdk';
import { variableNameProblem } from '../../api/variable-names.ts';
import { bounds } from '../channel/bounds.ts';
import type { LoadWorkflows } from '../channel/from-agent.ts';
import type { WorkflowData } from '../channel/to-agent.ts';
import type { Channel } from './channel.ts';
import { describeError } from './describe-error.ts';
import { endProcess } from './ending.ts';
import { amountOf, type Limits } from '../limits/limits.ts';
import { importWorkflow, linkWorkflow } from '../modules/import-workflow.ts';
import type { ModuleHooks } from '../modules/module-hooks.ts';
import { ModuleRecorder } from '../modules/module-records.ts';
import { stripFiles } from '../modules/strip-types.ts';
import { TraceWatch } from './trace-watch.ts';

/** Sends the agent the workflows, as data, and the modules that they consist of. */
export async function loadWorkflows(
  channel: Channel,
  { files, stays }: LoadWorkflows,
  modules: ModuleHooks,
): Promise<void> {
  const recorder = new ModuleRecorder();
  modules.observe(recorder);
  for await (const source of stripFiles(files)) {
    modules.add(source);
    void channel.send({ type: 'stripped', ...source });
  }
  for (const file of files) {
    await channel.send({ type: 'linking', file });
    await linkWorkflow(pathToFileURL(file).href);
  }
  await sendRecords(channel, recorder);
  const watch = new TraceWatch();
  for (const file of files) {
    await channel.send({ type: 'importing', file });
    try {
      await channel.send({
        type: 'workflow',
        file,
        workflow: toData(requireVariables(await importWorkflow(pathToFileURL(file).href))),
      });
    } catch (error) {
      const problem =
        WorkflowDefinitionError.is(error) || error instanceof TypeError
          ? error.message
          : describeError(error, bounds.problemBytes);
      await channel.send({ type: 'invalid', file, problem });
    }
  }
  await sendRecords(channel, recorder);
  const quiet = watch.end();
  await channel.send({ type: 'loaded', quiet });
  if (!(stays && quiet)) endProcess(channel);
}

async function sendRecords(channel: Channel, recorder: ModuleRecorder): Promise<void> {
  const { files, imports } = recorder.take();
  for (let at = 0; at < Math.max(files.length, imports.length); at += bounds.recordsPerMessage) {
    const end = at + bounds.recordsPerMessage;
    // oxlint-disable-next-line no-await-in-loop -- in order
    await channel.send({ type: 'modules', files: files.slice(at, end), imports: imports.slice(at, end) });
  }
}

/** The rules for names are the runner's, so the SDK does not check them. @throws WorkflowDefinitionError */
function requireVariables(workflow: Workflow): Workflow {
  const problems = workflow.jobs.flatMap(({ env = {} }, index) =>
    Object.keys(env).flatMap((name) => {
      const problem = variableNameProblem(name);
      return problem === undefined
        ? []
        : [{ path: `jobs[${index}].env.${name}`, problem: problem.message, hint: 'take it out of env' }];
    }),
  );
  if (problems.length > 0) throw new WorkflowDefinitionError(JSON.stringify(workflow.name), problems);
  return workflow;
}

function toTrigger(trigger: Trigger): WorkflowData['on'][number] {
  const { event, branches, paths } = trigger;
  const tags = trigger.event === 'push' ? trigger.tags : undefined;
  return {
    event,
    ...(branches !== undefined && { branches: [...branches] }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(paths !== undefined && { paths: [...paths] }),
  };
}

function amounts({ processes, ...sizes }: JobLimits): Limits {
  const bytes = (['memory', 'tmp', 'output'] as const).flatMap((name) => {
    const amount = amountOf(name, sizes[name] ?? '');
    return amount === undefined ? [] : [[name, amount] as const];
  });
  return { ...Object.fromEntries(bytes), ...(processes !== undefined && { processes }) };
}

function toData({ name, on, jobs }: Workflow): WorkflowData {
  const triggers = 'event' in on ? [on] : on;
  return {
    name,
    on: triggers.map(toTrigger),
    jobs: jobs.map((job) => ({
      name: job.name,
      runsOn: typeof job.runsOn === 'string' ? [job.runsOn] : [...job.runsOn],
      ...(job.environment !== undefined && { environment: job.environment }),
      ...(job.secrets !== undefined && { secrets: [...job.secrets] }),
      needs: [...(job.needs ?? [])],
      env: { ...job.env },
      network: job.network ?? false,
      ...(job.limits !== undefined && { limits: amounts(job.limits) }),
      ...(job.container !== undefined && { container: { image: job.container.image } }),
      steps: job.steps.map((step) =>
        step.timeout === undefined ? { name: step.name } : { name: step.name, timeout: step.timeout },
      ),
    })),
  };
}
