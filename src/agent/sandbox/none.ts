import type { SandboxProfile } from './profile.ts';

/** For trusted code: a process of its own, and no boundary between the processes of one user. */
export const noSandbox: SandboxProfile = Object.freeze({
  name: 'none',
  ownsTemporaryFiles: false,
  check: async () => undefined,
  command: ({ entry, environment }) => ({ file: process.execPath, args: [entry], environment }),
} satisfies SandboxProfile);
