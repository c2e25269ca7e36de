import { join, resolve } from 'node:path';

const modules = '/node_modules/';

/** What a step host needs of the product, to be seen read-only in a sandbox: its code and its dependencies, and nothing beside them. */
export function runtimeFolders(): readonly string[] {
  const here = import.meta.dirname;
  const at = here.indexOf(modules);
  if (at >= 0) return [here.slice(0, at + modules.length - 1)];
  const root = resolve(here, '../../..');
  return ['src', 'node_modules', 'package.json'].map((name) => join(root, name));
}
