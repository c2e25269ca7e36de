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
 * What a step host needs of this product, shown read-only in a sandbox: its code and its dependencies, nothing else.
 */
export function findRuntime(): Runtime {
  const here = import.meta.dirname;
  const at = here.indexOf(modules);
  return at >= 0
    ? { root: here.slice(0, at), parts: ['node_modules'] }
    : { root: resolve(here, '../../..'), parts: ['src', 'node_modules', 'package.json'] };
}

/**
 * The product's own files that run on this machine or in a step: if they lie in a project, no step may change them. In
 * a checkout, code and dependencies; for a published package the folder of all its packages, since modules are also
 * looked up there.
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
