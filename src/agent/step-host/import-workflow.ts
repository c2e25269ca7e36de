import { isWorkflow, type Workflow } from '@kici-dev/sdk';

/** @throws whatever the module throws; TypeError when it exports no workflow */
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
