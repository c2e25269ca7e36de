import { openBwrapSandbox, type TemporaryPlace } from './bwrap.ts';
import type { ContainerEngine } from './container-engine.ts';
import { openContainerSandbox } from './container.ts';
import { findNamespaces } from './namespaces.ts';
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
 * A profile that the machine can offer, or an error: never another one in its place.
 * @param searchPath where its programs are looked for
 * @param place for what trying a sandbox out leaves for a moment
 * @throws AgentError (`sandbox_unavailable`, `cannot_write`)
 */
export async function openSandbox(
  { sandbox, runtime, namespaces }: SandboxOptions,
  engine: ContainerEngine,
  searchPath: string,
  place: TemporaryPlace,
): Promise<SandboxProfile> {
  switch (sandbox) {
    case 'none':
      return noSandbox(namespaces ? await findNamespaces(searchPath) : undefined);
    case 'bwrap':
      return openBwrapSandbox(searchPath, place);
    case 'container':
      return openContainerSandbox(engine, runtime);
  }
}
