import { resolve } from 'node:path';

const modules = '/node_modules/';

export interface Runtime {
  readonly root: string;
  /** Files and folders in the root. */
  readonly parts: readonly string[];
}

/** What a step host needs of the product, to be seen read-only in a sandbox: its code and its dependencies, and nothing beside them. */
export function findRuntime(): Runtime {
  const here = import.meta.dirname;
  const at = here.indexOf(modules);
  return at >= 0
    ? { root: here.slice(0, at), parts: ['node_modules'] }
    : { root: resolve(here, '../../..'), parts: ['src', 'node_modules', 'package.json'] };
}
