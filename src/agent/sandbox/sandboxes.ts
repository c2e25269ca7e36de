import { openBwrapSandbox } from './bwrap.ts';
import type { ContainerEngine } from './container-engine.ts';
import { openContainerSandbox } from './container.ts';
import { noSandbox } from './none.ts';
import type { SandboxName, SandboxProfile } from './profile.ts';

/** A profile that the machine can offer, or an error: never another one in its place. @throws AgentError (`sandbox_unavailable`) */
export async function openSandbox(name: SandboxName, engine: ContainerEngine): Promise<SandboxProfile> {
  switch (name) {
    case 'none':
      return noSandbox;
    case 'bwrap':
      return openBwrapSandbox();
    case 'container':
      return openContainerSandbox(engine);
  }
}
