import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { stepBaseEnvironment } from '../environment/allow-list.ts';
import { Journal, journalFolder } from '../mounts/journal.ts';
import { Watchdog } from '../process/watchdog.ts';
import type { Workplace } from '../process/step-process.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import type { SandboxName } from '../sandbox/profile.ts';
import { openSandbox } from '../sandbox/sandboxes.ts';
import type { Clients } from '../session/open-session.ts';
import { findProject } from '../workflow/project.ts';
import type { Emit } from './events.ts';
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
  /** Called once, and of use only where a job needs them. */
  readonly clients: () => Promise<Clients>;
  readonly emit: Emit;
  /** What the author's modules print while they are read, and what is wrong with them. */
  readonly loaderOutput: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/** @returns whether every job succeeded @throws AgentError when nothing can be run */
export async function runWorkflow(options: RunOptions): Promise<boolean> {
  const { environment } = options;
  const engine = new ContainerEngine(environment);
  const [project, sandbox] = await Promise.all([findProject(options.folder), openSandbox(options.sandbox, engine)]);
  const journal = await Journal.open(journalFolder(environment), (name) => engine.remove(name));
  const watchdog = Watchdog.start(journal.path, engine.environment);
  try {
    const workplace: Workplace = {
      project: project.root,
      sandbox,
      engine,
      journal,
      temporary: options.temporary ?? temporaryFolder(environment['TMPDIR']),
      environment: stepBaseEnvironment(environment),
    };
    const pool = new StepPool(workplace);
    try {
      const surroundings = sandbox.forLoader(workplace.environment);
      const loader = await pool.take(surroundings);
      // While it starts, this process loads what talks with it.
      const { runProject } = await import('./run-project.ts');
      // Most jobs run where the workflows are read, and find a process that has started.
      if (!sandbox.runsImages) pool.prepare(surroundings);
      return await runProject({ project, loader, workplace, pool, options });
    } finally {
      await pool.close();
    }
  } finally {
    await journal.close();
    await watchdog.end();
  }
}

/** Absolute, as every path that is given out or kept in the journal must be; an empty variable names no folder. */
function temporaryFolder(variable: string | undefined): string {
  return resolve(variable === undefined || variable === '' ? tmpdir() : variable);
}
