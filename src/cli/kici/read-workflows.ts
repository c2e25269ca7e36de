import { listWorkflows, type ListedWorkflow, type WorkflowList } from '../../agent/run/list-workflows.ts';
import { CommandError } from '../terminal/command-error.ts';
import { printable, type Io } from '../terminal/io.ts';
import type { SandboxFlag } from './program.ts';

/** What the project defines, read as for a run. */
export async function readWorkflows(flags: SandboxFlag, io: Io, signal: AbortSignal): Promise<WorkflowList> {
  return listWorkflows({
    folder: process.cwd(),
    sandbox: flags.sandbox,
    runtime: undefined,
    namespaces: true,
    limits: {},
    projectCopy: false,
    temporary: undefined,
    environment: io.environment,
    credentials: [],
    loaderOutput: (chunk) => {
      io.stderr.write(chunk);
    },
    signal,
  });
}

/**
 * The same, but fails if a file is broken, for answers that would otherwise be incomplete. @throws CommandError
 * (`workflow_invalid`)
 */
export async function readAllWorkflows(
  flags: SandboxFlag,
  io: Io,
  signal: AbortSignal,
): Promise<{ readonly root: string; readonly workflows: readonly ListedWorkflow[] }> {
  const { root, workflows, broken } = await readWorkflows(flags, io, signal);
  if (broken.length === 0) return { root, workflows };
  for (const { file, problem } of broken) io.stderr.write(`${printable(file)}: ${problem}\n`);
  throw new CommandError(
    'workflow_invalid',
    `${broken.map(({ file }) => file).join(' and ')} cannot be used; the problems are shown above`,
    'correct what they name; until then, the secrets that they need are not known',
  );
}
