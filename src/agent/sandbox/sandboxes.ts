import { openBwrapSandbox } from './bwrap.ts';
import type { ContainerEngine } from './container-engine.ts';
import { openContainerSandbox } from './container.ts';
import { noSandbox } from './none.ts';
import type { SandboxName, SandboxProfile } from './profile.ts';

/**
 * A profile that the machine can offer, or an error: never another one in its place.
 * @param searchPath where its programs are looked for
 * @throws AgentError (`sandbox_unavailable`)
 */
export async function openSandbox(
  name: SandboxName,
  engine: ContainerEngine,
  searchPath: string,
): Promise<SandboxProfile> {
  switch (name) {
    case 'none':
      return noSandbox;
    case 'bwrap':
      return openBwrapSandbox(searchPath);
    case 'container':
      return openContainerSandbox(engine);
  }
}
