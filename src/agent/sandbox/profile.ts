import type { Limits } from '../limits/limits.ts';
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
  readonly limits: LimitMeans;
  /** Whether all that a process has started ends with it. */
  readonly hasNamespaces: boolean;
  /**
   * For the process that reads the workflows, before any job is known.
   * @param environment as it would be without a sandbox
   */
  forLoader(environment: Readonly<Record<string, string>>): Place;
  /** @throws AgentError (`sandbox_unavailable`) if the job cannot run in it */
  forJob(needs: JobNeeds, environment: Readonly<Record<string, string>>): Promise<Place>;
  command(request: LaunchRequest): LaunchCommand;
}

/** What a sandbox has by itself that limits can be kept with. */
export interface LimitMeans {
  /** Its processes are of a namespace of users, whose processes the kernel counts apart. */
  readonly ownUsers: boolean;
  /** A container engine keeps those of processes and memory, where it can. */
  readonly byEngine?: { readonly processes: boolean; readonly memory: boolean };
}

/** What a job says about where its steps run. */
export interface JobNeeds {
  readonly network: boolean;
  /** Of a container; ignored by sandboxes that run no images. */
  readonly image: string | undefined;
}

/** Where the processes of one job run. */
export interface Place {
  readonly network: boolean;
  readonly image: string | undefined;
  /** Their whole initial environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What the processes of one job find around them. */
export interface Surroundings extends Place {
  readonly limits: Limits;
  /** A folder that takes the place of the project's. */
  readonly copy: string | undefined;
}

export interface LaunchRequest {
  /** The script that runs in it. */
  readonly entry: string;
  /** Programs that start it in the sandbox, each the one after it. */
  readonly starter: readonly string[];
  /** The folder of the project: the working directory. */
  readonly project: string;
  /** What is shown there: the project itself, or a copy of it. */
  readonly source: string;
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
  /** What the command reads from descriptor 5, to its end: the system calls that it refuses. */
  readonly filter?: Uint8Array;
  /** The container that may outlive the command if the command is killed. */
  readonly container?: string;
  /** The engine keeps that container when it has ended, until it is asked how. */
  readonly isKept?: true;
}
