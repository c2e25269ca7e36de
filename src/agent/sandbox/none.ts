import type { SandboxProfile } from './profile.ts';

/**
 * For trusted code: a process of its own, and no boundary between the processes of one user.
 * @param namespaces what makes one that all which the step has started ends with, if there is such a thing
 */
export function noSandbox(namespaces: readonly string[] = []): SandboxProfile {
  return Object.freeze({
    name: 'none',
    ownsTemporaryFiles: false,
    runsImages: false,
    limits: { ownUsers: namespaces.includes('--map-current-user') },
    forLoader: (environment) => ({ network: false, image: undefined, environment }),
    forJob: async ({ network }, environment) => ({ network, image: undefined, environment }),
    command({ entry, starter, surroundings: { environment } }) {
      const [file = process.execPath, ...args] = [...namespaces, ...starter, process.execPath, entry];
      return { file, args, environment, ...(namespaces.length > 0 && { tellsSignalByCode: true }) };
    },
  } satisfies SandboxProfile);
}
