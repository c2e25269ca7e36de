import { isWorkflow, type Workflow } from '@kici-dev/sdk';
import { importer, importModule } from './import-module.ts';

/** Schemes of modules that exist only in this process. */
const linkScheme = 'kici-link:';
const stopScheme = 'kici-stop:';

/**
 * The workflow that a file exports by default.
 * @throws whatever the module throws; TypeError if it exports no workflow
 */
export async function importWorkflow(url: string): Promise<Workflow> {
  const module = await importModule(url);
  const exported: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (!isWorkflow(exported))
    throw new TypeError(
      'the file has no workflow as its default export; write export default workflow(name, { on, jobs })',
    );
  return exported;
}

/**
 * Loads a module with all its imports but runs none of it: the first import runs first, and here it throws. The module
 * itself then counts as loaded and runs when it is imported. Whatever cannot be loaded is reported by that import.
 */
export async function linkWorkflow(url: string): Promise<void> {
  await importModule(linkScheme + url).catch(() => undefined);
}

/** The source of a module that only links another; `undefined` for any other module. */
export function linkSource(url: string): string | undefined {
  if (url.startsWith(stopScheme)) return 'throw undefined';
  if (!url.startsWith(linkScheme)) return undefined;
  const linked = url.slice(linkScheme.length);
  return [stopScheme + linked, linked].map((specifier) => `import ${JSON.stringify(specifier)};`).join('\n');
}

/** Linking and importing a workflow file give its importer the same name. */
export function entryOf(parent: string | undefined): string {
  return parent === undefined || parent === importer || parent.startsWith(linkScheme) ? 'entry' : parent;
}
