import type { PrivatePlace } from '../project-view/private-places.ts';
import type { ProjectMount } from '../project-view/project-mount.ts';

/** What `--sandbox` takes. */
export const sandboxNames = ['none', 'bwrap', 'container'] as const;

export type SandboxName = (typeof sandboxNames)[number];

/** A boundary around a process. The step API is the same in each. */
export interface SandboxProfile {
  readonly name: SandboxName;
  /** Whether the host writes mounted files itself, to the sandbox's own /tmp, which goes with the sandbox. */
  readonly ownsTemporaryFiles: boolean;
  /** Whether each job names the image that it runs in. */
  readonly runsImages: boolean;
  /**
   * For the process that reads the workflows, before any job is known.
   * @param environment as it would be without a sandbox
   */
  forLoader(environment: Readonly<Record<string, string>>): Surroundings;
  /** @throws AgentError (`sandbox_unavailable`) when the job cannot run in it */
  forJob(needs: JobNeeds, environment: Readonly<Record<string, string>>): Promise<Surroundings>;
  command(request: LaunchRequest): LaunchCommand;
}

/** What a job says about where its steps run. */
export interface JobNeeds {
  readonly network: boolean;
  /** Of a container; sandboxes that run no images pass over it. */
  readonly image: string | undefined;
}

/** What the processes of one job find around them. */
export interface Surroundings {
  readonly network: boolean;
  readonly image: string | undefined;
  /** The whole environment that they start with. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a step host is started with. */
export interface LaunchRequest {
  /** The script that runs in it. */
  readonly entry: string;
  /** The folder of the project: the working directory. */
  readonly project: string;
  /** Over it. */
  readonly mounts: readonly ProjectMount[];
  /** What of this machine's files the sandbox must not show, wherever they are. */
  readonly hidden: readonly PrivatePlace[];
  /** A folder shared with the agent, apart from the project. */
  readonly exchange: string;
  readonly surroundings: Surroundings;
}

/** How the agent starts that step host: a program, or a program that starts it in the sandbox. */
export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where the host looks for the channel, as a Unix socket; default: descriptor 3. */
  readonly socket?: string;
  /**
   * It wraps the process, and ends it with itself: signals are for the group inside, which it reports on descriptor 4,
   * as JSON with a `child-pid`.
   */
  readonly tellsGroup?: true;
  /** What may outlive the command, when that is killed. */
  readonly container?: string;
}
