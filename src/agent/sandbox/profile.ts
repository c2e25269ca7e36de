import type { PrivatePlace } from '../project-view/private-places.ts';
import type { ProjectMount } from '../project-view/project-mount.ts';

/** Choices of `--sandbox`. */
export const sandboxNames = ['none', 'bwrap', 'container'] as const;

export type SandboxName = (typeof sandboxNames)[number];

/** A boundary around a process. The step API is the same in each. */
export interface SandboxProfile {
  readonly name: SandboxName;
  /** Whether the step host writes mounted files itself, to the sandbox's own /tmp, which goes with the sandbox. */
  readonly ownsTemporaryFiles: boolean;
  /** Whether each job names the image that it runs in. */
  readonly runsImages: boolean;
  /**
   * For the process that reads the workflows, before any job is known.
   * @param environment as it would be without a sandbox
   */
  forLoader(environment: Readonly<Record<string, string>>): Surroundings;
  /** @throws AgentError (`sandbox_unavailable`) if the job cannot run in it */
  forJob(needs: JobNeeds, environment: Readonly<Record<string, string>>): Promise<Surroundings>;
  command(request: LaunchRequest): LaunchCommand;
}

/** What a job says about where its steps run. */
export interface JobNeeds {
  readonly network: boolean;
  /** Of a container; ignored by sandboxes that run no images. */
  readonly image: string | undefined;
}

/** What the processes of one job run in. */
export interface Surroundings {
  readonly network: boolean;
  readonly image: string | undefined;
  /** Their whole initial environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface LaunchRequest {
  /** The script that runs in it. */
  readonly entry: string;
  /** The folder of the project: the working directory. */
  readonly project: string;
  /** Mounted over the project. */
  readonly mounts: readonly ProjectMount[];
  /** Files of this machine that the sandbox must not show, wherever they are. */
  readonly hidden: readonly PrivatePlace[];
  /** A folder shared with the agent, apart from the project. */
  readonly exchange: string;
  readonly surroundings: Surroundings;
}

/** How the agent starts the step host: directly, or through a program that makes the sandbox. */
export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the Unix socket that serves as the channel; default: descriptor 3. */
  readonly socket?: string;
  /**
   * The command wraps the process and takes it down when it ends: signals go to the group inside, which it reports on
   * descriptor 4, as JSON with a `child-pid`.
   */
  readonly tellsGroup?: true;
  /** The container that may outlive the command if the command is killed. */
  readonly container?: string;
}
