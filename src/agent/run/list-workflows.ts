import { relative } from 'node:path';
import type { BrokenFile } from '../workflow/load-project.ts';
import type { WorkflowData } from '../channel/to-agent.ts';
import { withWorkplace, type WorkplaceOptions } from './with-workplace.ts';

export interface ListOptions extends WorkplaceOptions {
  /** What the author's modules print while they are read. */
  readonly loaderOutput: (chunk: Uint8Array) => void;
}

export interface ListedWorkflow extends WorkflowData {
  /** Relative to the project's folder. */
  readonly file: string;
}

export interface WorkflowList {
  readonly root: string;
  readonly workflows: readonly ListedWorkflow[];
  /** Files that define no workflow that could run. */
  readonly broken: readonly BrokenFile[];
}

/** What a project defines. Only its modules run, as when a run reads them. @throws AgentError */
export async function listWorkflows(options: ListOptions): Promise<WorkflowList> {
  return withWorkplace(options, async ({ project, loader, launch }) => {
    const { loadProject } = await import('../workflow/load-project.ts');
    const { workflows, broken } = await loadProject({
      project,
      first: loader,
      launch,
      output: options.loaderOutput,
      signal: options.signal,
    });
    return {
      root: project.root,
      workflows: workflows.map(({ file, workflow }) => ({ ...workflow, file: relative(project.root, file) })),
      broken,
    };
  });
}
