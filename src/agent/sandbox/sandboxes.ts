import { openBwrapSandbox, type TemporaryPlace } from './bwrap.ts';
import type { ContainerEngine } from './container-engine.ts';
import { openContainerSandbox } from './container.ts';
import { noSandbox } from './none.ts';
import type { SandboxName, SandboxProfile } from './profile.ts';

/**
 * The requested profile or an error, never another profile.
 * @param searchPath where its programs are looked up
 * @param place for the temporary files of a trial
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
