export const sandboxNames = ['none', 'bwrap', 'container'] as const;

export type SandboxName = (typeof sandboxNames)[number];

/** What a step host is started with. */
export interface LaunchRequest {
  /** The script that runs in it. */
  readonly entry: string;
  /** The folder of the project: the working directory. */
  readonly project: string;
  /** A folder shared with the agent, apart from the project. */
  readonly exchange: string | undefined;
  readonly network: boolean;
  /** The whole environment, as it would be without a sandbox. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A boundary around a process. The step API is the same in each. */
export interface SandboxProfile {
  readonly name: SandboxName;
  /** Whether the host writes mounted files itself, to the sandbox's own /tmp, which goes with the sandbox. */
  readonly ownsTemporaryFiles: boolean;
  /** @throws AgentError (`sandbox_unavailable`) when this machine cannot offer it */
  check(): Promise<void>;
  command(request: LaunchRequest): LaunchCommand;
}
