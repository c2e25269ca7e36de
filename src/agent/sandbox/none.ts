import type { Namespaces } from './namespaces.ts';
import type { SandboxProfile } from './profile.ts';

/**
 * For trusted code: a separate process, but no boundary between processes of one user.
 * @param namespaces what makes one that all which the step has started ends with, if there is such a thing
 */
export function noSandbox(namespaces?: Namespaces): SandboxProfile {
  const hasUsers = namespaces !== undefined && process.getuid?.() !== 0;
  return Object.freeze({
    name: 'none',
    ownsTemporaryFiles: false,
    runsImages: false,
    limits: { ownUsers: hasUsers },
    hasNamespaces: namespaces !== undefined,
    forLoader: (environment) => ({ network: false, image: undefined, environment }),
    forJob: async (_, environment) => ({ network: false, image: undefined, environment }),
    command({ entry, starter, surroundings: { environment } }) {
      const plain = [...starter, process.execPath, entry];
      const [file = process.execPath, ...args] = namespaces === undefined ? plain : namespaces(plain);
      return { file, args, environment };
    },
  } satisfies SandboxProfile);
}
