import { relative } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { bounds } from '../channel/bounds.ts';
import { FrameError, type Room } from '../channel/frames.ts';
import type { LoadWorkflows, ModuleRecords, StrippedSource } from '../channel/from-agent.ts';
import { isLoaderMessage, type LoaderMessage, type WorkflowData } from '../channel/to-agent.ts';
import { AgentError } from '../agent-error.ts';
import type { StepProcess } from '../process/step-process.ts';
import type { Project } from './project.ts';

/** A workflow as data: what its module exports, without the functions. */
export interface LoadedWorkflow {
  readonly file: string;
  readonly workflow: WorkflowData;
}

/** A file that defines no valid workflow, and why; the others still run. */
export interface BrokenFile {
  readonly file: string;
  readonly problem: string;
}

/** What is known about a project before any of its jobs starts. */
export interface LoadedProject {
  readonly workflows: readonly LoadedWorkflow[];
  readonly broken: readonly BrokenFile[];
  readonly stripped: readonly StrippedSource[];
  readonly modules: ModuleRecords;
  /** The process that has read them, where it can run a step next. */
  readonly reader: StepProcess | undefined;
}

export interface Loading {
  readonly project: Project;
  /** A process without secrets or rights, since it runs the author's code. */
  readonly first: StepProcess;
  /** Starts another one, for the files that remain when one has ended the process. */
  readonly launch: () => Promise<StepProcess>;
  /** What the modules print while they are imported. */
  readonly output: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
  /** Time limit for importing one file. */
  readonly importMs?: number;
  /** Whether steps will run: then the process that has read the only file stays for the first of them. */
  readonly forSteps?: boolean;
}

/** Time limit until the process runs and starts on the first file. */
const startMs = 60_000;

/**
 * Reads a project's workflows: a process without secrets or rights imports the author's modules and reports what they
 * define. A file that ends this process is broken, and another process goes on with the rest.
 * @throws AgentError
 */
export async function loadProject(loading: Loading): Promise<LoadedProject> {
  const { root } = loading.project;
  const messages: LoaderMessage[] = [];
  const broken: BrokenFile[] = [];
  let host = loading.first;
  let { files } = loading.project;
  let reader: StepProcess | undefined;
  // What other files do while they are imported is nothing that a step should find done.
  const stays = loading.forSteps === true && files.length === 1;
  // Of all processes together, for a project may have any number of files that end theirs.
  const room = { bytes: bounds.loaderBytes, messages: bounds.loaderMessages };
  while (files.length > 0) {
    // oxlint-disable-next-line no-await-in-loop -- one process after another
    const { received, culprit, reader: staying } = await read(host, { type: 'load', files, stays }, room, loading);
    messages.push(...received);
    reader = staying;
    if (culprit === undefined) break;
    broken.push({ file: relative(root, culprit.file), problem: culprit.problem });
    const done = new Set(received.flatMap((message) => (isResult(message) ? [message.file] : [])));
    files = files.filter((file) => file !== culprit.file && !done.has(file));
    // oxlint-disable-next-line no-await-in-loop -- one process after another
    if (files.length > 0) host = await loading.launch();
  }
  const known = new Set(loading.project.files);
  return {
    reader,
    stripped: messages.flatMap((message) =>
      message.type === 'stripped' ? [{ typescript: message.typescript, javascript: message.javascript }] : [],
    ),
    modules: {
      files: messages.flatMap((message) => (message.type === 'modules' ? message.files : [])),
      imports: messages.flatMap((message) => (message.type === 'modules' ? message.imports : [])),
    },
    workflows: messages.flatMap((message) =>
      message.type === 'workflow' && known.has(message.file)
        ? [{ file: message.file, workflow: message.workflow }]
        : [],
    ),
    broken: [
      ...broken,
      ...messages.flatMap((message) =>
        message.type === 'invalid' ? [{ file: relative(root, message.file), problem: message.problem }] : [],
      ),
    ],
  };
}

interface Reading {
  readonly received: readonly LoaderMessage[];
  /** The file whose import ended the process, or never finished. */
  readonly culprit: { readonly file: string; readonly problem: string } | undefined;
  /** The process, where it waits for a step. */
  readonly reader: StepProcess | undefined;
}

async function read(
  host: StepProcess,
  request: LoadWorkflows,
  room: Room & { messages: number },
  { output, signal, importMs = bounds.importMs }: Loading,
): Promise<Reading> {
  const { files, stays } = request;
  let late = false;
  const end = (): void => {
    host.child.end();
  };
  const after = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      late = true;
      end();
    }, ms);
  let timer = after(startMs);
  let file: string | undefined;
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const streams = [host.child.stdout, host.child.stderr];
  for (const stream of streams) stream.on('data', output);
  const received: LoaderMessage[] = [];
  let reader: StepProcess | undefined;
  let theirs = false;
  const take = (message: LoaderMessage): void => {
    theirs ||= message.type === 'importing';
    if (message.type === 'linking' || message.type === 'importing') {
      clearTimeout(timer);
      timer = after(importMs);
      if (files.includes(message.file)) ({ file } = message);
    }
    // Author code may have sent it.
    if (!(theirs && message.type === 'stripped') && message.type !== 'ready') received.push(message);
  };
  try {
    void host.send(request);
    for await (const sent of host.messages(room)) {
      room.messages -= 1;
      if (room.messages < 0) throw new FrameError(`more than ${bounds.loaderMessages} messages`);
      take(checked(sent));
      // Whatever else may come at its end is heard.
      if (isQuiet(received)) break;
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw new AgentError(
      'workflow_invalid',
      `the process that reads the workflows sent ${error.message}`,
      'a workflow file must not write to descriptor 3',
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    // What was printed before that message has been read after a turn.
    if (stays && isQuiet(received)) await turn();
    const isReader = stays && isQuiet(received) && host.child.isSilent;
    for (const stream of isReader ? streams : []) stream.off('data', output).pause();
    if (isReader) reader = host;
    else await host.discard();
  }
  if (received.some(({ type }) => type === 'loaded')) return { received, culprit: undefined, reader };
  return { reader, received, culprit: culpritOf(file, late, importMs, signal) };
}

/** @throws AgentError if no file ended the process */
function culpritOf(
  file: string | undefined,
  late: boolean,
  importMs: number,
  signal: AbortSignal,
): NonNullable<Reading['culprit']> {
  if (signal.aborted) throw new AgentError('cancelled', 'the run was cancelled', 'nothing was run');
  if (file === undefined)
    throw new AgentError(
      'workflow_invalid',
      'the process that reads the workflows ended before it had read one',
      'see its output above',
    );
  const problem = late
    ? `its import did not end within ${importMs / 1_000} seconds; a module must not wait forever while it is imported`
    : 'its import ended the process; a module must not call process.exit while it is imported';
  return { file, problem };
}

/** @throws FrameError */
function checked(sent: unknown): LoaderMessage {
  if (!isLoaderMessage(sent)) throw new FrameError('something that is not a workflow');
  return sent;
}

function isQuiet(received: readonly LoaderMessage[]): boolean {
  const last = received.at(-1);
  return last?.type === 'loaded' && last.quiet;
}

function isResult(message: LoaderMessage): message is Extract<LoaderMessage, { type: 'workflow' | 'invalid' }> {
  return message.type === 'workflow' || message.type === 'invalid';
}
