import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { stepBaseEnvironment } from '../environment/allow-list.ts';
import { Journal, journalFolder } from '../mounts/journal.ts';
import { StepProcess, type Workplace } from '../process/step-process.ts';
import { viewProject, wholeProject } from '../project-view/project-view.ts';
import { Watchdog } from '../process/watchdog.ts';
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
  /** Files that no step may read, as far as a sandbox can see to it. */
  readonly credentials: readonly string[];
}

export interface OpenWorkplace {
  readonly project: Project;
  readonly workplace: Workplace;
  readonly pool: StepPool;
  /** A process for the author's modules to be read in. */
  readonly loader: StepProcess;
  /** Another one, where that has come to its end. */
  readonly launch: () => Promise<StepProcess>;
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
  const watchdog = Watchdog.start(journal.path, engine.environment);
  try {
    const temporary = options.temporary ?? temporaryFolder(environment['TMPDIR']);
    const view =
      sandbox.name === 'none'
        ? wholeProject
        : await viewProject(project.root, { environment, files: options.credentials, temporary });
    const workplace: Workplace = {
      project: project.root,
      view,
      sandbox,
      engine,
      journal,
      temporary,
      environment: stepBaseEnvironment(environment),
    };
    const pool = new StepPool(workplace);
    try {
      const surroundings = sandbox.forLoader(workplace.environment);
      const launch = async (): Promise<StepProcess> => StepProcess.launch(workplace, surroundings);
      return await use({ project, workplace, pool, loader: await launch(), launch });
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
