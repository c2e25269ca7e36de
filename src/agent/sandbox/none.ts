import type { SandboxProfile } from './profile.ts';

/** For trusted code: a separate process, but no boundary between processes of one user. */
export const noSandbox: SandboxProfile = Object.freeze({
  name: 'none',
  ownsTemporaryFiles: false,
  runsImages: false,
  forLoader: (environment) => ({ network: false, image: undefined, environment }),
  forJob: async (_, environment) => ({ network: false, image: undefined, environment }),
  command: ({ entry, surroundings: { environment } }) => ({ file: process.execPath, args: [entry], environment }),
} satisfies SandboxProfile);
