import { relative } from 'node:path';
import type { StrippedSource } from '../channel/from-agent.ts';
import { loaderMessage, type LoaderMessage, type WorkflowData } from '../channel/to-agent.ts';
import { AgentError } from '../errors.ts';
import type { StepProcess } from '../process/step-process.ts';
import type { Project } from './project.ts';

export interface LoadedWorkflow {
  readonly file: string;
  readonly workflow: WorkflowData;
}

export interface BrokenFile {
  readonly file: string;
  readonly problem: string;
}

export interface LoadedProject {
  readonly workflows: readonly LoadedWorkflow[];
  readonly broken: readonly BrokenFile[];
  readonly stripped: readonly StrippedSource[];
}

/** Long enough for any module to be imported. */
const deadlineMs = 60_000;

/**
 * Has a process that holds nothing import the author's modules and say what they define.
 * @param output what the modules print while they are imported
 * @throws AgentError
 */
export async function loadProject(
  { root, files }: Project,
  host: StepProcess,
  output: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<LoadedProject> {
  const end = (): void => {
    host.child.end();
  };
  const timer = setTimeout(end, deadlineMs);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  host.child.stdout.on('data', output);
  host.child.stderr.on('data', output);
  try {
    void host.send({ type: 'load', files });
    const messages = await collect(host);
    if (messages.at(-1)?.type !== 'loaded') {
      if (signal.aborted) throw new AgentError('cancelled', 'the run was cancelled', 'nothing was run');
      throw new AgentError(
        'workflow_invalid',
        'the process that reads the workflows ended before it had read them all',
        'see its output above; a module must not end the process or wait for ever while it is imported',
      );
    }
    const ours = messages.slice(
      0,
      Math.max(
        0,
        messages.findIndex(({ type }) => type === 'importing'),
      ),
    );
    return {
      stripped: ours.flatMap((message) =>
        message.type === 'stripped' ? [{ typescript: message.typescript, javascript: message.javascript }] : [],
      ),
      workflows: messages.flatMap((message) =>
        message.type === 'workflow' && files.includes(message.file)
          ? [{ file: message.file, workflow: message.workflow }]
          : [],
      ),
      broken: messages.flatMap((message) =>
        message.type === 'invalid' ? [{ file: relative(root, message.file), problem: message.problem }] : [],
      ),
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    await host.discard();
  }
}

async function collect(host: StepProcess): Promise<LoaderMessage[]> {
  const messages: LoaderMessage[] = [];
  for await (const message of host.messages()) {
    const checked = loaderMessage.safeParse(message);
    if (!checked.success)
      throw new AgentError(
        'workflow_invalid',
        'the process that reads the workflows sent something that is no workflow',
        'a workflow file must not write to descriptor 3',
      );
    messages.push(checked.data);
  }
  return messages;
}
