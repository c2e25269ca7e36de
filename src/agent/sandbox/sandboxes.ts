import { AgentError } from '../errors.ts';
import { bwrapSandbox } from './bwrap.ts';
import { noSandbox } from './none.ts';
import type { SandboxName, SandboxProfile } from './profile.ts';

/** A profile that the machine can offer, or an error: never another one in its place. @throws AgentError */
export async function requireSandbox(name: SandboxName): Promise<SandboxProfile> {
  const profile = profiles[name];
  if (profile === undefined) throw new AgentError('sandbox_unavailable', `this agent offers no ${name} sandbox`, 'choose --sandbox bwrap, or --sandbox none for code that you trust');
  await profile.check();
  return profile;
}

const profiles: Partial<Record<SandboxName, SandboxProfile>> = { none: noSandbox, bwrap: bwrapSandbox };
