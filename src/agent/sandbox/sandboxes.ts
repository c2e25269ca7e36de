import type { EarlyHost } from '../process/early-host.ts';
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
 * Begun before all else that a run waits for.
 * @param early a process that may be in such namespaces already
 */
export async function lookForNamespaces(
  { sandbox, namespaces }: SandboxOptions,
  early: EarlyHost | undefined,
): Promise<Namespaces | undefined> {
  if (sandbox !== 'none' || !namespaces) return undefined;
  return (await early?.provenNamespaces()) ?? findNamespaces();
}

/**
 * The requested profile or an error, never another profile.
 * @param searchPath where its programs are looked up
 * @param place for the temporary files of a trial
 * @param namespaces what is found of them
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
