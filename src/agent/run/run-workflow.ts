import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { stepBaseEnvironment } from '../environment/allow-list.ts';
import { Journal, journalFolder } from '../mounts/journal.ts';
import type { Workplace } from '../process/step-process.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import type { SandboxName } from '../sandbox/profile.ts';
import { openSandbox } from '../sandbox/sandboxes.ts';
import type { Clients } from '../session/open-session.ts';
import { chooseWorkflow } from '../workflow/choose.ts';
import { loadProject, type LoadedWorkflow } from '../workflow/load.ts';
import { findProject } from '../workflow/project.ts';
import type { Emit, JobStatus } from './events.ts';
import { runJob } from './run-job.ts';
import { StepPool } from './step-pool.ts';

export interface RunOptions {
  /** Where to look for the project. */
  readonly folder: string;
  /** Left out: the only workflow that there is. */
  readonly workflow: string | undefined;
  readonly labels: readonly string[];
  readonly sandbox: SandboxName;
  /** For temporary files; left out: the operating system's place for them. */
  readonly temporary: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clients: () => Promise<Clients>;
  readonly emit: Emit;
  /** What the author's modules print while they are read, and what is wrong with them. */
  readonly loaderOutput: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/** @returns whether every job succeeded @throws AgentError when nothing can be run */
export async function runWorkflow(options: RunOptions): Promise<boolean> {
  const { environment, signal, emit } = options;
  const engine = new ContainerEngine(environment);
  const [project, sandbox] = await Promise.all([findProject(options.folder), openSandbox(options.sandbox, engine)]);
  const journal = await Journal.open(journalFolder(environment), (name) => engine.remove(name));
  try {
    const workplace: Workplace = {
      project: project.root, sandbox, engine, journal, temporary: options.temporary ?? temporaryFolder(environment['TMPDIR']), environment: stepBaseEnvironment(environment),
    };
    const pool = new StepPool(workplace);
    try {
      // Most jobs run where the workflows are read, and find a process that has started.
      if (!sandbox.runsImages) pool.prepare(sandbox.forLoader(workplace.environment));
      const found = await loadProject(project, workplace, options.loaderOutput, signal);
      for (const { file, problem } of found.broken) options.loaderOutput(Buffer.from(`${file}: ${problem}\n`));
      const loaded = chooseWorkflow(found, options.workflow, project.root);
      emit({ type: 'workflow_started', workflow: loaded.workflow.name });
      const succeeded = await runJobs(loaded, workplace, pool, options);
      emit({ type: 'workflow_finished', workflow: loaded.workflow.name, succeeded });
      return succeeded;
    } finally {
      await pool.close();
    }
  } finally {
    await journal.close();
  }
}

/** Absolute, as every path that is given out or kept in the journal must be; an empty variable names no folder. */
function temporaryFolder(variable: string | undefined): string {
  return resolve(variable === undefined || variable === '' ? tmpdir() : variable);
}

/** One after another, each after those that it needs; what needs a job that did not succeed is skipped. */
async function runJobs(loaded: LoadedWorkflow, workplace: Workplace, pool: StepPool, options: RunOptions): Promise<boolean> {
  const { labels, clients, emit, signal } = options;
  const outcomes = new Map<string, JobStatus>();
  const waiting = new Set(loaded.workflow.jobs);
  while (waiting.size > 0) {
    const job = [...waiting].find(({ needs }) => needs.every((need) => outcomes.has(need)));
    if (job === undefined) break;
    waiting.delete(job);
    if (!signal.aborted && job.needs.every((need) => outcomes.get(need) === 'succeeded')) {
      outcomes.set(job.name, await runJob({ loaded, jobIndex: loaded.workflow.jobs.indexOf(job), job, labels, workplace, pool, clients, emit, signal }));
    } else {
      outcomes.set(job.name, 'skipped');
      emit({ type: 'job_finished', job: job.name, status: 'skipped' });
    }
  }
  return waiting.size === 0 && [...outcomes.values()].every((status) => status === 'succeeded');
}
