import type { WorkflowData } from '../channel/to-agent.ts';
import type { ApiClient } from '../../api/client.ts';
import type { Emit } from './events.ts';
import type { WorkplaceOptions } from './with-workplace.ts';

/** What `kici run` runs, and where it reports. */
export interface RunOptions extends WorkplaceOptions {
  /** Default: the project's only workflow. */
  readonly workflow: string | undefined;
  /** Names of jobs to run, with all that they need; none: every job. */
  readonly jobs: readonly string[];
  /** Names of steps to run, and nothing else; none: every step of the jobs. */
  readonly steps: readonly string[];
  /** How many jobs run at the same time. */
  readonly limit: number;
  readonly labels: readonly string[];
  /** Loads what connecting needs while there is time; the result connects once a job needs it. */
  readonly client: () => Promise<() => Promise<ApiClient>>;
  /** Is told of everything that the project defines, before anything runs. */
  readonly found: (root: string, workflows: readonly WorkflowData[]) => Promise<void>;
  readonly emit: Emit;
  /** What the author's modules print while they are read, and what is wrong with them. */
  readonly loaderOutput: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}
