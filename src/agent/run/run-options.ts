import type { WorkflowData } from '../channel/to-agent.ts';
import type { Clients } from '../session/open-session.ts';
import type { Emit } from './events.ts';
import type { WorkplaceOptions } from './with-workplace.ts';

/** What `kici run` runs, and where it tells of it. */
export interface RunOptions extends WorkplaceOptions {
  /** Default: the only workflow that there is. */
  readonly workflow: string | undefined;
  /** Names of those to run, with all that they need; none: every job. */
  readonly jobs: readonly string[];
  /** Names of those to run, and nothing else; none: every step of the jobs. */
  readonly steps: readonly string[];
  /** How many jobs run at the same time. */
  readonly limit: number;
  readonly labels: readonly string[];
  /** Loads what connecting takes, while there is time for it; what it gives connects, once a job needs that. */
  readonly clients: () => Promise<() => Promise<Clients>>;
  /** Hears of all that the project defines, before anything runs. */
  readonly found: (root: string, workflows: readonly WorkflowData[]) => Promise<void>;
  readonly emit: Emit;
  /** What the author's modules print while they are read, and what is wrong with them. */
  readonly loaderOutput: (chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}
