import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { stepBaseEnvironment } from '../environment/allow-list.ts';
import { Journal, journalFolder } from '../mounts/journal.ts';
import type { StepProcess, Workplace } from '../process/step-process.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import type { SandboxName } from '../sandbox/profile.ts';
import { openSandbox } from '../sandbox/sandboxes.ts';
import { findProject, type Project } from '../workflow/project.ts';
import { StepPool } from './step-pool.ts';

export interface WorkplaceOptions {
  /** Where to look for the project. */
  readonly folder: string;
  readonly sandbox: SandboxName;
  /** For temporary files; left out: the operating system's place for them. */
  readonly temporary: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface OpenWorkplace {
  readonly project: Project;
  readonly workplace: Workplace;
  readonly pool: StepPool;
  /** A process for the author's modules to be read in. */
  readonly loader: StepProcess;
}

/** Leaves nothing behind when the use has ended. @throws AgentError when nothing can be run */
export async function withWorkplace<T>(
  options: WorkplaceOptions,
  use: (opened: OpenWorkplace) => Promise<T>,
): Promise<T> {
  const { environment } = options;
  const engine = new ContainerEngine(environment);
  const [project, sandbox] = await Promise.all([findProject(options.folder), openSandbox(options.sandbox, engine)]);
  const journal = await Journal.open(journalFolder(environment), (name) => engine.remove(name));
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
      const loader = await pool.take(sandbox.forLoader(workplace.environment));
      return await use({ project, workplace, pool, loader });
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
