import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = '/node_modules/';
const scope = '/node_modules/@kici-dev/';

export interface Runtime {
  readonly root: string;
  /** Files and folders in the root. */
  readonly parts: readonly string[];
}

/**
 * What a step host needs of the product, to be seen read-only in a sandbox: its code and its dependencies, and nothing
 * beside them.
 */
export function findRuntime(): Runtime {
  const here = import.meta.dirname;
  const at = here.indexOf(modules);
  return at >= 0
    ? { root: here.slice(0, at), parts: ['node_modules'] }
    : { root: resolve(here, '../../..'), parts: ['src', 'node_modules', 'package.json'] };
}

/**
 * What runs of the product, on this machine or as a step's process: if that is in a project, no step may change it. In
 * a checkout its code and its dependencies; of a published package the folder with all of ours, since a module is also
 * looked for beside it.
 */
export function ownFiles(): readonly string[] {
  const here = import.meta.dirname;
  const at = here.lastIndexOf(scope);
  const { root, parts } = findRuntime();
  const code =
    at >= 0
      ? [join(root, 'node_modules', '@kici-dev'), here.slice(0, at + scope.length - 1)]
      : parts.map((part) => join(root, part));
  return [...code, ...sdkFolder(), process.execPath];
}

/** Some package managers keep each package in a place of its own. */
function sdkFolder(): readonly string[] {
  try {
    const file = fileURLToPath(import.meta.resolve('@kici-dev/sdk'));
    const at = file.lastIndexOf(scope);
    return [at >= 0 ? file.slice(0, at + scope.length - 1) : dirname(file)];
  } catch {
    return [];
  }
}
