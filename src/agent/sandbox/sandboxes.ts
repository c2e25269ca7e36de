import { openBwrapSandbox, type TemporaryPlace } from './bwrap.ts';
import type { ContainerEngine } from './container-engine.ts';
import { openContainerSandbox } from './container.ts';
import { findNamespaces, type Namespaces } from './namespaces.ts';
import { noSandbox } from './none.ts';
import type { SandboxName, SandboxProfile } from './profile.ts';

export interface SandboxOptions {
  readonly sandbox: SandboxName;
  /** Of the container engine; default: its own choice. */
  readonly runtime: string | undefined;
  /** Whether processes without a sandbox get namespaces, where the machine has them. */
  readonly namespaces: boolean;
}

/**
 * The requested profile or an error, never another profile.
 * @param searchPath where its programs are looked up
 * @param namespaces what is found of them
 * @param place for the temporary files of a trial
 * @throws AgentError (`sandbox_unavailable`, `cannot_write`)
 */
export async function openSandbox(
  { sandbox, runtime }: SandboxOptions,
  engine: ContainerEngine,
  searchPath: string,
  place: TemporaryPlace,
  namespaces: Promise<Namespaces | undefined>,
): Promise<SandboxProfile> {
  switch (sandbox) {
    case 'none':
      return noSandbox(await namespaces);
    case 'bwrap':
      return openBwrapSandbox(searchPath, place);
    case 'container':
      return openContainerSandbox(engine, runtime);
  }
}
