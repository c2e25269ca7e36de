import { openBwrapSandbox, type TemporaryPlace } from './bwrap.ts';
import type { ContainerEngine } from './container-engine.ts';
import { openContainerSandbox } from './container.ts';
import { noSandbox } from './none.ts';
import type { SandboxName, SandboxProfile } from './profile.ts';

/**
 * A profile that the machine can offer, or an error: never another one in its place.
 * @param searchPath where its programs are looked for
 * @param place for what trying a sandbox out leaves for a moment
 * @throws AgentError (`sandbox_unavailable`, `cannot_write`)
 */
export async function openSandbox(
  name: SandboxName,
  engine: ContainerEngine,
  searchPath: string,
  place: TemporaryPlace,
): Promise<SandboxProfile> {
  switch (name) {
    case 'none':
      return noSandbox;
    case 'bwrap':
      return openBwrapSandbox(searchPath, place);
    case 'container':
      return openContainerSandbox(engine);
  }
}
