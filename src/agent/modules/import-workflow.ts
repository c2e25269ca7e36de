import { isWorkflow, type Workflow } from '@kici-dev/sdk';

/** Modules that exist nowhere but in this process. */
const linkScheme = 'kici-link:';
const stopScheme = 'kici-stop:';

/**
 * The workflow that a file has as its default export.
 * @throws whatever the module throws; TypeError when it exports no workflow
 */
export async function importWorkflow(url: string): Promise<Workflow> {
  const module: unknown = await import(url);
  const exported: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (!isWorkflow(exported))
    throw new TypeError(
      'the file has no workflow as its default export; write export default workflow(name, { on, jobs })',
    );
  return exported;
}

/**
 * Loads a module with all that it imports, and runs none of it: the first of a module's imports runs first, and here it
 * throws. The module itself is as if it had only been loaded, and runs when it is imported. What cannot be loaded is
 * left to that import.
 */
export async function linkWorkflow(url: string): Promise<void> {
  await import(linkScheme + url).catch(() => undefined);
}

/** The source of a module that only links another; `undefined` for every other module. */
export function linkSource(url: string): string | undefined {
  if (url.startsWith(stopScheme)) return 'throw undefined';
  if (!url.startsWith(linkScheme)) return undefined;
  const linked = url.slice(linkScheme.length);
  return [stopScheme + linked, linked].map((specifier) => `import ${JSON.stringify(specifier)};`).join('\n');
}

/** What names a workflow's file for linking and for its import is one and the same. */
export function entryOf(parent: string | undefined): string {
  return parent === undefined || parent === import.meta.url || parent.startsWith(linkScheme) ? 'entry' : parent;
}
