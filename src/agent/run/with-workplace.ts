import { setImmediate as turn } from 'node:timers/promises';
import { stepBaseEnvironment } from '../environment/allow-list.ts';
import { ExchangeFolder } from '../environment/exchange-folder.ts';
import { Limiter } from '../limits/limiter.ts';
import type { Limits } from '../limits/limits.ts';
import { Journal, journalFolder } from '../mounts/journal.ts';
import { temporaryPlace } from '../mounts/temporary-name.ts';
import type { EarlyHost } from '../process/early-host.ts';
import { StepProcess, type Workplace } from '../process/step-process.ts';
import { viewProject, wholeProject } from '../project-view/project-view.ts';
import { Watchdog } from '../process/watchdog.ts';
import { ContainerEngine } from '../sandbox/container-engine.ts';
import { programPath } from '../sandbox/program-path.ts';
import { lookForNamespaces, openSandbox, type SandboxOptions } from '../sandbox/sandboxes.ts';
import { findProject, type Project } from '../workflow/project.ts';
import { StepPool } from './step-pool.ts';

export interface WorkplaceOptions extends SandboxOptions {
  /** Where the search for the project starts. */
  readonly folder: string;
  /** Whether each job works in a copy of the project. */
  readonly projectCopy: boolean;
  /** Of each step, whatever its job says. */
  readonly limits: Limits;
  /** For temporary files; default: the operating system's folder. */
  readonly temporary: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files that no step may read, as far as a sandbox can prevent it. */
  readonly credentials: readonly string[];
  /** The first process of a run without a sandbox, which starts before all else. */
  readonly early?: EarlyHost | undefined;
}

export interface OpenWorkplace {
  readonly project: Project;
  readonly workplace: Workplace;
  readonly pool: StepPool;
  /** The process that reads the author's modules. */
  readonly loader: StepProcess;
  /** Starts another one after the first has ended. */
  readonly launch: () => Promise<StepProcess>;
  /** What still has to be said to the orchestrator: the end waits for it. */
  readonly farewells: Promise<void>[];
}

/**
 * Opens what a run needs on this machine: sandbox, folders, journal, first process. Leaves nothing behind afterwards.
 * @throws AgentError if nothing can be run
 */
export async function withWorkplace<T>(
  options: WorkplaceOptions,
  use: (opened: OpenWorkplace) => Promise<T>,
): Promise<T> {
  const { environment } = options;
  const namespaces = lookForNamespaces(options, options.early);
  const temporary = temporaryPlace(options.temporary ?? environment['TMPDIR']);
  const project = findProject(options.folder);
  const searchPath = await programPath(environment['PATH'] ?? '', project.root);
  const engine = new ContainerEngine({ ...environment, PATH: searchPath });
  const journal = await Journal.open(journalFolder(environment), (name) => engine.remove(name));
  const watch = (): Watchdog => Watchdog.start(journal.path, engine.environment);
  // A process that has started before gets its work first: it has nothing yet that a watchdog would have to remove.
  let watchdog = options.early === undefined ? Promise.resolve(watch()) : undefined;
  const shared = options.early && ExchangeFolder.create(temporary, journal, options.early.exchange);
  shared?.catch(() => undefined);
  const farewells: Promise<void>[] = [];
  let survivors = true;
  try {
    const sandbox = await openSandbox(options, engine, searchPath, { temporary, journal }, namespaces);
    survivors = !sandbox.hasNamespaces;
    const limiter = new Limiter(sandbox, options.limits, searchPath, journal);
    const limits = await limiter.require();
    const view =
      sandbox.name === 'none'
        ? wholeProject
        : await viewProject(project.root, { environment, files: options.credentials, temporary });
    const workplace: Workplace = {
      project: project.root,
      view,
      copies: options.projectCopy,
      sandbox,
      limiter,
      engine,
      journal,
      temporary,
      environment: stepBaseEnvironment(environment),
    };
    const pool = new StepPool(workplace);
    try {
      const surroundings = { ...sandbox.forLoader(workplace.environment), limits, copy: undefined };
      const launch = async (): Promise<StepProcess> => StepProcess.launch(workplace, surroundings);
      const loader = (await adopt(options.early, await shared, workplace, limits)) ?? (await launch());
      watchdog ??= turn().then(watch);
      return await use({ project, workplace, pool, loader, launch, farewells });
    } finally {
      await pool.close();
    }
  } finally {
    // The watchdog outlives this process and handles a container that may still appear.
    const isWaiting = await journal.close(survivors);
    if (!isWaiting) await (await watchdog)?.end();
    await Promise.all(farewells);
  }
}

/** The process that has started before, where it is what the run needs. */
async function adopt(
  early: EarlyHost | undefined,
  exchange: ExchangeFolder | undefined,
  { project, temporary, sandbox }: Workplace,
  limits: Limits,
): Promise<StepProcess | undefined> {
  if (early === undefined || exchange === undefined) return undefined;
  const isPlain = sandbox.name === 'none' && Object.keys(limits).length === 0;
  if (isPlain && early.take(project, temporary, sandbox.hasNamespaces)) return StepProcess.adopt(early.child, exchange);
  await exchange.remove();
  return undefined;
}
